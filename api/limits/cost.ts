/**
 * What a request costs its caller, in points, roughly as it costs the stores. Pure: judged by the request as it was
 * sent, before anything is checked, so that refused requests cost as much.
 */
import { AGGREGATE } from '../query/event-request.js';
import { readQueryString, valuesByName } from '../query/given.js';
import { listedValues } from '../query/listed-values.js';
import { LIMITS } from '../query/parameters.js';

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

/** `lists`: the last segments of paths that list documents, the names of the views. */
export function costOf(url: string, lists: ReadonlySet<string>): number {
  const queryAt = url.indexOf('?');
  const path = queryAt < 0 ? url : url.slice(0, queryAt);
  const [, base, collection = '', , nested = '', ...rest] = path.split('/');
  const depth = path.split('/').length;
  if (base !== 'v1' || rest.length > 0) return COSTS.request;
  if (depth === 4 && collection === 'events') return eventCost(url.slice(path.length + 1));
  if (depth === 3 && lists.has(collection)) return listCost(url.slice(path.length + 1));
  if (depth === 5 && lists.has(collection) && nested === 'history') return COSTS.request + COSTS.history;
  // The document that it belongs to is read, too.
  if (depth === 5 && lists.has(nested)) return COSTS.request + listCost(url.slice(path.length + 1));
  return COSTS.request;
}

function eventCost(queryString: string): number {
  return COSTS.event + (valuesByName(readQueryString(queryString).pairs).has(AGGREGATE) ? COSTS.eventsOfAggregate : 0);
}

function listCost(queryString: string): number {
  const values = valuesByName(readQueryString(queryString).pairs);
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
