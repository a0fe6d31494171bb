import type { BulkItem } from './verdicts.js';

/** Names of the mapping's fields and types within Elasticsearch's sentences. */
const NAMED = [
  /failed to parse field (?<field>\[[^\]']{1,200}\] of type \[[a-z_]{1,40}\])/,
  /dynamic introduction of (?<field>\[[^\]']{1,200}\] within \[[^\]']{1,200}\])/,
  /immense term in field="(?<field>[^"']{1,200})"/,
];

/**
 * Why a document is refused, without its content. Elasticsearch's own sentences quote the value that does not fit,
 * which may be personal data: so only the kinds of error and the names of fields are taken from them.
 */
export function refusalReason({ status, error }: BulkItem): string {
  if (error === undefined) return `status ${status}`;
  const field = NAMED.map((pattern) => pattern.exec(error.reason ?? '')?.groups?.field).find((name) => name);
  const parts = [error.type, field === undefined ? undefined : `field ${field}`, error.caused_by?.type];
  return parts.filter((part) => part !== undefined).join(': ');
}
