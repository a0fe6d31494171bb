/** The parameters of a subscription. */
import { CHANGE_KEYS, type ChangeKey, changeKeysOf } from '../../mappings/changes.js';
import type { View } from '../../mappings/contract.js';
import { type FieldTree, pathsOf, selectionOf } from '../query/field-selection.js';
import type { Given, ParameterError } from '../query/given.js';
import { ParameterValues } from '../query/parameter-values.js';
import { LIMITS } from '../query/parameters.js';
import type { Seal } from '../query/seal.js';
import { decodePlace, type Place } from './place.js';

export type SubscriptionOutcome =
  | { readonly kind: 'request'; readonly request: SubscriptionRequest }
  | { readonly kind: 'refused'; readonly errors: readonly ParameterError[] };

export interface SubscriptionRequest {
  readonly views: readonly View[];
  /** Whether the caller has named the views. */
  readonly named: boolean;
  readonly keys: ReadonlyMap<ChangeKey, ReadonlySet<string>>;
  /** `null`: whole documents. */
  readonly selection: FieldTree | null;
  /** Where to go on; `null`: with what comes. An id that cannot be read is of another secret or version, if not made up. */
  readonly after: Place | 'unreadable' | null;
}

export const SUBSCRIPTION_PARAMETERS = ['view', ...CHANGE_KEYS, 'fields', 'lastEventId'] as const;

/** What an EventSource sends when it connects again; it is newer than what stands in the URL. */
export const LAST_EVENT_ID = 'Last-Event-ID';

/**
 * `all`: the views as they are offered to the caller; `readable`: those that it may read. `lastEventId`: the header of
 * that name. `seal`: of the ids of events.
 */
export function readSubscription(
  given: Given,
  lastEventId: string | undefined,
  all: readonly View[],
  readable: readonly View[],
  seal: Seal,
): SubscriptionOutcome {
  const values = new ParameterValues(given);
  values.refuseUnknown(SUBSCRIPTION_PARAMETERS, 'a subscription');
  const names = values.namesOf(
    'view',
    all.map(({ name }) => name),
    all.length,
  );
  const named = values.has('view');
  const keys = readKeys(values);
  const candidates = named ? all.filter(({ name }) => names.includes(name)) : readable;
  const views = named ? candidates : candidates.filter((view) => hasKeys(view, keys));
  refuseKeysNotThere(values, named, views, keys);
  const selection = readFields(values, views);
  const after = readPlace(values, lastEventId, seal);
  if (values.errors.length > 0) return { kind: 'refused', errors: values.errors };
  return { kind: 'request', request: { views, named, keys, selection, after } };
}

function readKeys(values: ParameterValues): ReadonlyMap<ChangeKey, ReadonlySet<string>> {
  return new Map(
    CHANGE_KEYS.flatMap((key) => {
      const ids = values.many(key, LIMITS.valuesMax);
      return ids === undefined ? [] : [[key, new Set(ids)] as const];
    }),
  );
}

function hasKeys({ queries }: View, keys: ReadonlyMap<ChangeKey, unknown>): boolean {
  const own = changeKeysOf(queries);
  return [...keys.keys()].every((key) => own.includes(key));
}

/** Documents that cannot have such an id would never be heard of, which nobody means. */
function refuseKeysNotThere(
  values: ParameterValues,
  named: boolean,
  views: readonly View[],
  keys: ReadonlyMap<ChangeKey, unknown>,
): void {
  for (const key of keys.keys()) {
    const without = views.filter(({ queries }) => !changeKeysOf(queries).includes(key));
    for (const { name } of without) values.refuse(key, `the ${name} have no such id; leave that view out`);
    if (!named && views.length === 0) values.refuse(key, 'no view that the caller may read has all of these ids');
  }
}

function readFields(values: ParameterValues, views: readonly View[]): FieldTree | null {
  if (!values.has('fields')) return null;
  const [view, ...others] = views;
  if (view === undefined || others.length > 0) {
    values.refuse('fields', 'needs exactly one view, named by the parameter view');
    return null;
  }
  const paths = values.namesOf('fields', pathsOf(view.queries.fields), LIMITS.fieldsMax);
  return selectionOf([view.queries.id.name, ...paths]);
}

/** What all ids of events are made of, those of other versions, too. */
const BASE64URL = /^[A-Za-z0-9_-]+$/;

function readPlace(values: ParameterValues, header: string | undefined, seal: Seal): Place | 'unreadable' | null {
  const parameter = values.one('lastEventId');
  const text = header ?? parameter;
  if (text === undefined || text === '') return null;
  if (!BASE64URL.test(text)) {
    values.refuse(header === undefined ? 'lastEventId' : LAST_EVENT_ID, 'is no id of an event');
    return null;
  }
  return decodePlace(text, seal) ?? 'unreadable';
}
