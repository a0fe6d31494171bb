/** The same question, asked of a shop with every customer's documents and of one with the caller's only. */
import { expect } from 'vitest';
import type { Answer, TestServer } from '../server.js';
import { type Question, urlOf } from './questions.js';
import { type Caller, FOREIGN } from './shop.js';

/** What was asked, in numbers, so that a test can tell that it asked of what matters. */
export interface Tally {
  readonly byStatus: Map<number, number>;
  rows: number;
  facetValues: number;
  cursors: number;
}

export function newTally(): Tally {
  return { byStatus: new Map(), rows: 0, facetValues: 0, cursors: 0 };
}

/** Under the same request id, all of both answers can be equal. */
function ask(server: TestServer, url: string, caller: Caller, headers: Question['headers'] = {}): Promise<Answer> {
  return server.get(url, { headers: { ...headers, 'X-Api-Key': caller, 'X-Request-Id': 'the-same' } });
}

/** @throws when the two answers differ in anything, or anything foreign is in them */
export async function expectTheSame(
  whole: TestServer,
  alone: TestServer,
  asked: Question,
  tally: Tally,
): Promise<void> {
  const url = urlOf(await withCursor(whole, asked, tally));
  const [among, single] = await Promise.all([
    ask(whole, url, asked.caller, asked.headers),
    ask(alone, url, asked.caller, asked.headers),
  ]);
  expect(essence(among), `${asked.caller}: ${url}`).toEqual(essence(single));
  tally.byStatus.set(among.status, (tally.byStatus.get(among.status) ?? 0) + 1);
  if (among.status !== 200) return;
  const { data = null, facets = {}, stats = {} } = among.body ?? {};
  expect(JSON.stringify([data, facets, stats]), url).not.toContain(FOREIGN);
  tally.rows += Array.isArray(data) ? data.length : 1;
  tally.facetValues += Object.values(facets).flat().length;
}

async function withCursor(server: TestServer, asked: Question, tally: Tally) {
  const { cursorOf, path, parameters } = asked;
  if (cursorOf === null) return asked;
  const others = parameters.filter(([name]) => name !== 'page' && name !== 'cursor' && name !== 'size');
  const { body } = await ask(server, urlOf({ path, parameters: [...others, ['size', '2']] }), cursorOf);
  const next: unknown = body?.page?.next;
  if (typeof next !== 'string') return asked;
  tally.cursors += 1;
  return { path, parameters: [...others, ['cursor', next] as const] };
}

function essence({ status, headers, body }: Answer) {
  const told = [...headers].filter(([name]) => name !== 'date' && name !== 'content-length');
  return { status, headers: Object.fromEntries(told), body };
}
