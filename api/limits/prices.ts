/**
 * What a request costs its caller, in points, roughly as it costs the stores. Pure. The price is asked for before anything
 * is done, judged by the route and the parameters as they were sent, so that refused requests cost as much; what turns
 * out to be more work than that is charged afterwards.
 */
import { AGGREGATE } from '../query/event-request.js';
import { listedValues } from '../query/listed-values.js';
import { LIMITS } from '../query/parameters.js';

/** The values of each parameter, as `valuesByName` returns them. */
export type AskedValues = ReadonlyMap<string, readonly string[]>;
export type Price = (values: AskedValues) => number;

export const COSTS = {
  /** Any request; a single document. */
  request: 1,
  list: 2,
  /** Beside the document: a page of documents is made, and a part of a topic may have to be read. */
  history: 24,
  /** Reads a little in Kafka, too. */
  event: 9,
  /** All events of its partition, for as long as may be. */
  eventsOfAggregate: 100,
  /** For each facet. */
  facet: 1,
  /** For each field of `stats`. */
  stat: 1,
  highlight: 1,
  exactTotal: 2,
  /** For each thousand documents that `page` skips; a cursor skips none. */
  skippedThousand: 1,
} as const;

/** What of each kind of work is in the price; beyond, so much costs one point. */
export const WORK = {
  /** So much that a store which is slow for everybody makes nobody pay. */
  storeMs: { included: 1_000, perPoint: 5 },
  answerBytes: { included: 262_144, perPoint: 16_384 },
  highlightSteps: { included: 100_000, perPoint: 10_000 },
} as const;

/** Of each kind of route. */
export const PRICES = {
  request: () => COSTS.request,
  list: listPrice,
  /** The document that it belongs to is read, too. */
  listOfDocument: (values) => COSTS.request + listPrice(values),
  history: () => COSTS.request + COSTS.history,
  event: (values) => COSTS.event + (values.has(AGGREGATE) ? COSTS.eventsOfAggregate : 0),
} as const satisfies Record<string, Price>;

/** What the work costs beyond the price of the request. */
export function priceOfWork(work: Readonly<Record<keyof typeof WORK, number>>): number {
  const kinds = Object.keys(WORK) as (keyof typeof WORK)[];
  return kinds.reduce((points, kind) => {
    const { included, perPoint } = WORK[kind];
    return points + Math.floor(Math.max(0, work[kind] - included) / perPoint);
  }, 0);
}

function listPrice(values: AskedValues): number {
  const named = (parameter: string) =>
    Math.min(
      (values.get(parameter) ?? []).flatMap(listedValues).filter((name) => name !== '').length,
      LIMITS.fieldsMax,
    );
  const size = Math.min(wholeNumber(values.get('size')?.[0]) ?? LIMITS.sizeDefault, LIMITS.sizeMax);
  const page = wholeNumber(values.get('page')?.[0]) ?? 1;
  const skipped = Math.min((page - 1) * size, LIMITS.pageReachMax);
  return (
    COSTS.list +
    COSTS.facet * named('facets') +
    COSTS.stat * named('stats') +
    (values.get('highlight')?.includes('true') ? COSTS.highlight : 0) +
    (values.get('total')?.includes('exact') ? COSTS.exactTotal : 0) +
    COSTS.skippedThousand * Math.floor(skipped / 1_000)
  );
}

/** `undefined` for what is no whole number above 0. */
function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
