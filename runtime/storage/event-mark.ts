const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * What the states that remember an event are looked up by: 32 bits of its id (FNV-1a over its UTF-16 units), signed.
 * Small in the record and its index, and cheap, as it is computed for every remembered event of every state that is
 * written. Different ids may share a mark: whoever looks up compares the ids that the state holds.
 */
export function eventMark(eventId: string): number {
  let hash = OFFSET_BASIS;
  for (let at = 0; at < eventId.length; at += 1) hash = Math.imul(hash ^ eventId.charCodeAt(at), PRIME);
  return hash | 0;
}
