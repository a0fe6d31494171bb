/** The system has converged when every answer equals what a recomputation makes of the published events. */
import { expect } from 'vitest';
import { recompute } from '../recomputation.js';
import type { PublishedEvent } from '../recomputation-documents.js';
import { until } from '../until.js';
import { type Answers, type Document, ID_FIELDS, type ViewName } from './answers.js';
import { BUSINESS_TIME_ZONE } from './system.js';

const VIEWS: readonly ViewName[] = ['orders', 'products', 'customers'];
const QUESTIONS_AT_A_TIME = 16;
/** Elasticsearch shows a write to searches within its refresh interval of a second, to reads by id at once. */
const LISTS_TIMEOUT_MS = 15_000;

/** What `recompute` makes of the events, as plain documents. */
export function expectedDocuments(
  events: readonly PublishedEvent[],
  now = Date.now(),
): Record<ViewName, ReadonlyMap<string, Document>> {
  return recompute(events, { now, timeZone: BUSINESS_TIME_ZONE });
}

/**
 * Waits until every published event is projected, then compares all documents by id, which must be right at once: that
 * is what "projected" promises. Ids that were published and have no document must not be found.
 * @throws an assertion with the difference of the first document that is not as it should be.
 */
export async function expectDocuments(
  answers: Answers,
  events: readonly PublishedEvent[],
  timeoutMs = 60_000,
): Promise<Record<ViewName, ReadonlyMap<string, Document>>> {
  await answers.caughtUp(timeoutMs);
  const expected = expectedDocuments(events);
  for (const view of VIEWS) {
    const published = events.filter(({ topic }) => topic === view).map(({ event }) => event.subject);
    await inParallel([...new Set([...expected[view].keys(), ...published])], async (id) => {
      const document = await answers.document(view, id);
      expect(document, `GET /v1/${view}/${id}`).toEqual(expected[view].get(id) ?? null);
    });
  }
  return expected;
}

/** The same, and then the lists, as soon as they show it. */
export async function expectConvergence(
  answers: Answers,
  events: readonly PublishedEvent[],
  timeoutMs = 60_000,
): Promise<void> {
  const expected = await expectDocuments(answers, events, timeoutMs);
  const compareLists = async () => {
    for (const view of VIEWS) expectList(view, await answers.everything(view), expected[view]);
    return true;
  };
  await until('the lists to show it', compareLists, LISTS_TIMEOUT_MS);
}

function expectList(
  view: ViewName,
  actual: ReadonlyMap<string, Document>,
  expected: ReadonlyMap<string, Document>,
): void {
  expect([...actual.keys()].sort(), `the ids of /v1/${view}`).toEqual([...expected.keys()].sort());
  for (const [id, document] of expected) {
    // The list of customers leaves their orders out.
    const { recentOrders: _, ...listed } = document;
    expect(actual.get(id), `${ID_FIELDS[view]} ${id} in the list /v1/${view}`).toEqual(listed);
  }
}

async function inParallel<Item>(items: readonly Item[], task: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lanes = Array.from({ length: QUESTIONS_AT_A_TIME }, async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await task(item);
  });
  await Promise.all(lanes);
}
