/**
 * The independent oracle: recomputes every document from the published events alone. It shares no code with the
 * pipeline, knows no store and no batch, and reads the contract as literally as it can: sort, fold, join, sum. What
 * the documents of a view should be is said by `oracle/<view>.ts`; of the product it takes the views' names alone.
 */
import { readdirSync } from 'node:fs';
import type { ViewName } from '../mappings/contract.js';
import { views } from '../mappings/registry.js';
import type { CustomerDocument, OrderDocument, ProductDocument, PublishedEvent } from './recomputation-documents.js';
import type { Facts } from './recomputation-facts.js';
import { foldTopic } from './recomputation-fold.js';

export interface Recomputed {
  orders: Map<string, OrderDocument>;
  products: Map<string, ProductDocument>;
  customers: Map<string, CustomerDocument>;
}
type Recomputation = Recomputed & Readonly<Record<Exclude<ViewName, keyof Recomputed>, Map<string, object>>>;

/** Of one view, by id. */
type Oracle = (facts: Facts) => Map<string, object>;

const FOLDER = new URL('./oracle/', import.meta.url);
const oracles = await Promise.all(Object.keys(views).map(async (view) => [view, await oracleOf(view)] as const));

/** @throws Error if no file says what the view should show. */
export async function oracleOf(view: string): Promise<Oracle> {
  // Plain JavaScript in the copies that planted bugs are put into.
  const file = readdirSync(FOLDER).find((name) => name.replace(/\.[jt]s$/, '') === view);
  if (file === undefined) {
    throw new Error(
      `Add test/oracle/${view}.ts, whose \`documents(facts)\` says what the documents of ${view} should be.`,
    );
  }
  const { documents } = (await import(/* @vite-ignore */ new URL(file, FOLDER).href)) as { documents: Oracle };
  return documents;
}

/**
 * All documents, as the API shows them in `data`, that follow from the published events: in any order, with
 * duplicates and unknown types, but without events that break the contract. `now` is in milliseconds since 1970.
 */
export function recompute(
  published: Iterable<PublishedEvent>,
  { now, timeZone = 'UTC' }: { now: number; timeZone?: string },
): Recomputation {
  const events = [...published];
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const facts: Facts = {
    customers: foldTopic(events, 'customers'),
    products: foldTopic(events, 'products'),
    orders: foldTopic(events, 'orders'),
    today: format.format(now),
    dayOf: (time) => format.format(new Date(time)),
  };
  return Object.fromEntries(oracles.map(([view, documents]) => [view, documents(facts)])) as unknown as Recomputation;
}
