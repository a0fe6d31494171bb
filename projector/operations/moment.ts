/** Times that operators give, by whichever way: RFC 3339 with a zone, as in events. */
import { parseInstant } from '../../mappings/events/instant.js';

export const MOMENT_RULE = 'must be a time with its zone (RFC 3339), such as 2026-11-01T00:00:00Z';

/** `null` when the text is none, or names none that exists: nobody should have to guess which one was meant by `5`. */
export function momentOf(text: string): Date | null {
  const instant = parseInstant(text);
  return instant === null ? null : new Date(instant);
}
