/** Records of the change feed, which projectors write to Kafka and API processes read: ids only, never content. */
import { CHANGE_KEYS, type ChangeKeys } from '../../mappings/changes.js';
import type { ViewName } from '../../mappings/contract.js';

/** A document was written, or was there with a higher ticket already. What it is by now is to be read where it lies. */
export interface Change {
  readonly view: ViewName;
  readonly id: string;
  readonly ticket: number;
  /** Ids beside its own that it is chosen by; customers that it was shown with formerly included. */
  readonly keys: ChangeKeys;
}

/** Both are text. */
export interface ChangeMessage {
  /** `view/id`: the changes of one document are in one partition. */
  readonly key: string;
  /** JSON: the ticket, and each key that is there. */
  readonly value: string;
}

export function encodeChange({ view, id, ticket, keys }: Change): ChangeMessage {
  return { key: `${view}/${id}`, value: JSON.stringify({ ticket, ...keys }) };
}

/** `null` for what `encodeChange` has not made; the view's name is not checked. */
export function decodeChange(key: string, value: string): Change | null {
  const slash = key.indexOf('/');
  const parsed = parse(value);
  if (slash < 1 || parsed === null || typeof parsed.ticket !== 'number') return null;
  const keys = Object.fromEntries(
    CHANGE_KEYS.flatMap((name) => {
      const ids = parsed[name];
      return Array.isArray(ids) ? [[name, ids.filter((one): one is string => typeof one === 'string')]] : [];
    }),
  );
  return { view: key.slice(0, slash) as ViewName, id: key.slice(slash + 1), ticket: parsed.ticket, keys };
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
