/** Texts and questions that make highlighting expensive: its steps, counted. */

import { describe, expect, it } from 'vitest';
import type { Phrase, WordSearch } from '../../api/ports/document-query.js';
import { CallerGone } from '../../api/ports/errors.js';
import { rowsOf, rowsOfBeginning } from '../../api/query/word-match.js';
import { cutQuestion, mayBeBeginning } from '../../api/query/words.js';
import { highlightsIn, type Pace } from '../../api/readers/highlight.js';
import { HighlightingReader, highlightTurns } from '../../api/readers/highlighting.js';
import { views } from '../../mappings/registry.js';
import { accepted } from '../api/asking.js';
import { order, product } from '../api/documents.js';
import { memoryReader, servedOf } from '../api/server.js';
import { until } from '../until.js';

/** How often words of the text are looked at. */
function looksAt(words: readonly string[], find: (text: readonly string[]) => unknown): number {
  let looks = 0;
  const watched = new Proxy(words, {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) looks += 1;
      return Reflect.get(target, name);
    },
  });
  find(watched);
  return looks;
}

/** Comparisons of words: of each word of the phrase with each of the text, at worst. */
function comparisons(text: readonly string[], phrase: Pick<Phrase, 'words'>, rows: typeof rowsOf): number {
  let compared = 0;
  const words = new Proxy(phrase.words, {
    get(target, name) {
      if (name === 'length') return target.length;
      if (typeof name === 'string' && /^\d+$/.test(name)) compared += 1;
      return Reflect.get(target, name);
    },
  });
  rows(text, { words });
  return compared;
}

const equal = (count: number) => Array.from({ length: count }, () => 'a');

describe('a phrase of equal words in a text of equal words', () => {
  it.each([
    ['that is found everywhere', equal(64), rowsOf],
    ['that is found nowhere', [...equal(63), 'b'], rowsOf],
  ] as const)('%s is looked for in time that grows with the text, not with the phrase', (_, words, rows) => {
    const counts = [1_000, 2_000, 4_000, 8_000].map((length) => comparisons(equal(length), { words }, rows));
    for (const [i, count] of counts.entries()) {
      expect(count).toBeLessThan(6 * 1_000 * 2 ** i + 1_000);
      if (i > 0) expect(count / (counts[i - 1] ?? 0)).toBeLessThan(2.5);
    }
  });

  it.each([rowsOf, rowsOfBeginning])('looks at each word of the text once (%o)', (rows) => {
    const words = [...equal(63), 'ab'];
    expect(looksAt(equal(8_000), (text) => rows(text, { words }))).toBe(8_000);
    expect(looksAt(equal(16_000), (text) => rows(text, { words }))).toBe(16_000);
  });

  it('finds the same as comparing at every place', () => {
    const text = 'a b a a b a b a a ab a a b ab'.split(' ');
    for (const asked of ['a', 'a b', 'a a b', 'a b a', 'b a b', 'a a', 'b', 'a a b a']) {
      const words = asked.split(' ');
      const naive = text.flatMap((_, start) =>
        words.every((word, i) => text[start + i] === word) ? [{ start, end: start + words.length }] : [],
      );
      expect(rowsOf(text, { words })).toEqual(naive);
      const open = text.flatMap((_, start) =>
        words.every((word, i) =>
          i === words.length - 1 ? text[start + i]?.startsWith(word) === true : text[start + i] === word,
        )
          ? [{ start, end: start + words.length }]
          : [],
      );
      expect(rowsOfBeginning(text, { words })).toEqual(open);
    }
  });
});

it('of a word that comes again and again no store is asked what goes on like it', () => {
  const phraseOf = (q: string) => cutQuestion(q, 64).phrases[0] ?? { words: [], whole: '' };
  expect(mayBeBeginning(phraseOf(`${'a-'.repeat(32)}ab`))).toBe(true);
  expect(mayBeBeginning(phraseOf(`${'a-'.repeat(33)}ab`))).toBe(false);
});

class CountedPace implements Pace {
  steps = 0;
  rests = 0;
  longest = 0;
  #sinceRest = 0;
  constructor(readonly stepsMax: number) {}
  get isOver(): boolean {
    return this.steps >= this.stepsMax;
  }
  get isDue(): boolean {
    return this.#sinceRest >= 20_000;
  }
  count(steps: number): void {
    this.steps += steps;
    this.#sinceRest += steps;
    this.longest = Math.max(this.longest, this.#sinceRest);
  }
  async rest(): Promise<void> {
    this.rests += 1;
    this.#sinceRest = 0;
  }
}

function searchOf(view: 'orders' | 'products', q: string): WordSearch {
  const { search } = accepted(view, `q=${encodeURIComponent(q)}&highlight=true`).query;
  if (search?.kind !== 'words') throw new Error('unreachable');
  return search;
}

async function steps(documents: readonly unknown[], search: WordSearch, stepsMax = Number.POSITIVE_INFINITY) {
  const pace = new CountedPace(stepsMax);
  const highlights = await highlightsIn(documents, search, pace);
  return { pace, highlights };
}

const named = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => product(`p-${i}`, { name: name + i }));

describe('highlighting', () => {
  it.each([
    ['8,000 times one letter', 'a', 'a'.repeat(200)],
    ['8,000 times one Han character', '中', '中'.repeat(64)],
    ['words of one letter', 'a ', `${'a-'.repeat(63)}b`],
  ])('%s: steps grow with the text alone', async (_, part, q) => {
    const search = searchOf('products', q);
    const counts: number[] = [];
    for (const length of [1_000, 2_000, 4_000, 8_000]) {
      counts.push((await steps(named(part.repeat(length / part.length), 5), search)).pace.steps);
    }
    for (const [i, count] of counts.entries()) if (i > 0) expect(count / (counts[i - 1] ?? 0)).toBeLessThan(2.2);
    expect(counts[0]).toBeLessThan(5 * 1_000 * 8);
  });

  it('rests within a text, not only between documents', async () => {
    const [long] = [product('p', { description: 'tea pot '.repeat(12_000) })];
    const { pace } = await steps([long], searchOf('products', 'tea pot'));
    expect(pace.rests).toBeGreaterThan(5);
    expect(pace.longest).toBeLessThan(60_000);
  });

  it('a text that many documents show is looked through once', async () => {
    const customer = { customerId: 'c', name: '中'.repeat(8_000), level: null, city: null, deleted: false };
    const orders = Array.from({ length: 100 }, (_, i) => order(`o-${i}`, { customer, lines: [] }));
    const { pace, highlights } = await steps(orders, searchOf('orders', '中'.repeat(64)));
    expect(pace.steps).toBeLessThan(30_000);
    expect(highlights.every((highlight) => highlight['customer.name']?.length === 1)).toBe(true);
  });

  it('ends with what is found when as much was done as may be', async () => {
    const documents = named('tea '.repeat(1_000), 100);
    const { pace, highlights } = await steps(documents, searchOf('products', 'tea'), 50_000);
    expect(pace.steps).toBeLessThan(50_000 + 10_000);
    expect(highlights).toHaveLength(100);
    expect(highlights[0]?.name).toHaveLength(1);
    expect(highlights.at(-1)).toEqual({});
  });

  it('ends when nobody waits for it any more', async () => {
    const reader = memoryReader({ products: named('tea '.repeat(1_000), 100) });
    const highlighting = new HighlightingReader(reader, Number.POSITIVE_INFINITY, highlightTurns());
    const caller = new AbortController();
    const work = { begin: () => () => {}, steps: 0 };
    const set = { view: views.products, generation: servedOf().live.number, revision: 1 };
    const { query } = accepted('products', 'q=tea&highlight=true&size=100');
    const found = highlighting.search(set, query, { signal: caller.signal, work });
    setImmediate(() => caller.abort());
    await expect(found).rejects.toThrow(CallerGone);
    expect(work.steps).toBeLessThan(200_000);
  });

  it('waits for its turn no longer than its caller, nor for ever', async () => {
    const turns = highlightTurns();
    const highlighting = new HighlightingReader(
      memoryReader({ products: named('tea', 1) }),
      Number.POSITIVE_INFINITY,
      turns,
    );
    let leave = () => {};
    turns.ask('other', (over) => {
      leave = over;
    });
    const set = { view: views.products, generation: servedOf().live.number, revision: 1 };
    const { query } = accepted('products', 'q=tea&highlight=true');
    const caller = new AbortController();
    const gone = highlighting.search(set, query, { signal: caller.signal, caller: 'one' });
    const late = highlighting.search(set, query, { signal: new AbortController().signal, caller: 'two' });
    const refused = expect(late).rejects.toMatchObject({ code: 'overloaded' });
    await until('both', async () => turns.waiting === 2);
    caller.abort();
    await expect(gone).rejects.toThrow(CallerGone);
    expect(turns.waiting).toBe(1);
    await refused;
    expect(turns.waiting).toBe(0);
    leave();
    expect((await highlighting.search(set, query)).highlights).toHaveLength(1);
  });
});
