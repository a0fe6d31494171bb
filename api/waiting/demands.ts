/** What a caller demands of an answer by the headers `Wait-For` and `Max-Staleness`. Pure. */
import { type AggregateName, isWellFormedId } from '../../mappings/events/event.js';
import type { ParameterError } from '../query/given.js';

export interface Demands {
  /** `null`: nothing is waited for. */
  readonly waitFor: WaitFor | null;
  /** `null`: the view may be of any age. */
  readonly maxStalenessMs: number | null;
}

export interface WaitFor {
  readonly awaited: readonly Awaited[];
  readonly timeoutMs: number;
}

/** One event, by its id or by the version that it gave its aggregate. */
export interface Awaited {
  readonly aggregate: AggregateName;
  readonly id: string;
  readonly mark: Mark;
}

export type Mark =
  | { readonly by: 'sequence'; readonly sequence: number }
  | { readonly by: 'event'; readonly eventId: string };

/** The headers as they were sent; a header that was sent several times is joined by commas. */
export interface DemandHeaders {
  readonly waitFor: string | undefined;
  readonly maxStaleness: string | undefined;
}

export type DemandsOutcome =
  | { readonly kind: 'demands'; readonly demands: Demands }
  | { readonly kind: 'refused'; readonly errors: readonly ParameterError[] };

export const WAIT_FOR = 'Wait-For';
export const MAX_STALENESS = 'Max-Staleness';

export const WAIT_LIMITS = { awaitedMax: 10, timeoutMsDefault: 1_000, timeoutMsMax: 5_000 } as const;

export function readDemands({ waitFor, maxStaleness }: DemandHeaders): DemandsOutcome {
  const errors: ParameterError[] = [];
  const read = waitFor === undefined ? null : readWaitFor(waitFor, errors);
  const maxStalenessMs = maxStaleness === undefined ? null : readMilliseconds(maxStaleness);
  if (maxStaleness !== undefined && maxStalenessMs === null) {
    errors.push({ parameter: MAX_STALENESS, message: 'must be a whole number of milliseconds, at most 12 digits' });
  }
  return errors.length > 0
    ? { kind: 'refused', errors }
    : { kind: 'demands', demands: { waitFor: read, maxStalenessMs } };
}

/** The aggregate as it is named in the header. */
export function nameOf({ aggregate, id }: Awaited): string {
  return `${aggregate}/${encodeURIComponent(id)}`;
}

/** Problems go to `errors`, and what is returned then means nothing. */
function readWaitFor(header: string, errors: ParameterError[]): WaitFor {
  const items = header.split(',');
  const { awaitedMax, timeoutMsDefault } = WAIT_LIMITS;
  if (items.length > awaitedMax) {
    errors.push({ parameter: WAIT_FOR, message: `names ${items.length} events; at most ${awaitedMax} are allowed` });
    return { awaited: [], timeoutMs: timeoutMsDefault };
  }
  const awaited: Awaited[] = [];
  const timeouts: number[] = [];
  for (const [place, item] of items.entries()) {
    const read = readItem(item);
    if (typeof read === 'string') {
      errors.push({ parameter: WAIT_FOR, message: items.length === 1 ? read : `its item ${place + 1} ${read}` });
      continue;
    }
    awaited.push(read.awaited);
    if (read.timeoutMs !== null) timeouts.push(read.timeoutMs);
  }
  return { awaited, timeoutMs: timeouts.length === 0 ? timeoutMsDefault : Math.max(...timeouts) };
}

interface Item {
  readonly awaited: Awaited;
  readonly timeoutMs: number | null;
}

const FORM =
  'must be <aggregate>/<id>@<sequence> or <aggregate>/<id>#<event id>, the aggregate one of customers, products, ' +
  'orders, the ids percent-encoded';
const AGGREGATES: readonly string[] = ['customers', 'products', 'orders'] satisfies readonly AggregateName[];
/** As long as 128 characters can be, each of four bytes in three letters. */
const ENCODED_ID = /^[!-~]{1,1536}$/;
const DELIMITER = /[/@#;,]/;
const MARK = /[@#]/;
const SEQUENCE = /^\d{1,16}$/;

/** What it says, or what is wrong with it. */
function readItem(item: string): Item | string {
  const [event = '', ...parameters] = item.split(';').map((part) => part.trim());
  const [aggregate, named] = split(event, event.indexOf('/'));
  const at = named.search(MARK);
  const [rawId, rawMark] = split(named, at);
  const id = decodeId(rawId);
  if (!AGGREGATES.includes(aggregate) || id === null) return FORM;
  const mark = named[at] === '@' ? sequenceMark(rawMark) : eventMark(rawMark);
  if (mark === null) return FORM;
  const timeoutMs = readTimeout(parameters);
  if (timeoutMs === 'unusable') {
    return `may only have one parameter: timeout=1 to timeout=${WAIT_LIMITS.timeoutMsMax} (milliseconds)`;
  }
  return { awaited: { aggregate: aggregate as AggregateName, id, mark }, timeoutMs };
}

/** What stands before and behind the place; nothing without it. */
function split(text: string, at: number): readonly [before: string, behind: string] {
  return at < 0 ? ['', ''] : [text.slice(0, at), text.slice(at + 1)];
}

function sequenceMark(digits: string): Mark | null {
  if (!SEQUENCE.test(digits)) return null;
  const sequence = Number(digits);
  return sequence >= 1 && Number.isSafeInteger(sequence) ? { by: 'sequence', sequence } : null;
}

function eventMark(raw: string): Mark | null {
  const eventId = decodeId(raw);
  return eventId === null ? null : { by: 'event', eventId };
}

/** `null` when no aggregate and no event can have it. */
function decodeId(raw: string): string | null {
  if (!ENCODED_ID.test(raw) || DELIMITER.test(raw)) return null;
  try {
    const id = decodeURIComponent(raw);
    return isWellFormedId(id) ? id : null;
  } catch {
    return null;
  }
}

const TIMEOUT = 'timeout=';

function readTimeout(parameters: readonly string[]): number | null | 'unusable' {
  const [parameter, ...others] = parameters;
  if (parameter === undefined) return null;
  const timeoutMs = parameter.startsWith(TIMEOUT) ? readMilliseconds(parameter.slice(TIMEOUT.length)) : null;
  const usable = timeoutMs !== null && timeoutMs >= 1 && timeoutMs <= WAIT_LIMITS.timeoutMsMax;
  return usable && others.length === 0 ? timeoutMs : 'unusable';
}

function readMilliseconds(digits: string): number | null {
  return /^\d{1,12}$/.test(digits) ? Number(digits) : null;
}
