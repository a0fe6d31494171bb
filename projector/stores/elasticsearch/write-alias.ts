/**
 * Documents are written through an alias: Elasticsearch creates a missing index by itself, guessing its mapping, but
 * never a missing alias. So after a wipe writing stops.
 */
export function writeAliasOf(index: string): string {
  return `${index}-writes`;
}

/** What an operator can do when writing through the alias was answered with this status. */
export function adviceOn(status: number | undefined, index: string): string {
  switch (status) {
    case 400:
      return (
        `The alias for writing to ${index} names several indexes: somebody else changed it. Remove the others from ` +
        `${writeAliasOf(index)}.`
      );
    case 401:
    case 403:
      return (
        `Elasticsearch does not allow writes to ${index}: check the credentials in ELASTICSEARCH_URL and what they ` +
        'permit.'
      );
    case 404:
      return (
        `The index ${index} or its alias for writing is gone: Elasticsearch lost data or the address is that of another ` +
        'server. Check ELASTICSEARCH_URL, or start the projector once with --new-generation to build everything anew ' +
        'from Kafka.'
      );
    default:
      return `Writing to ${index} failed: check that ELASTICSEARCH_URL is the address of Elasticsearch itself.`;
  }
}
