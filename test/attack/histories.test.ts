/** Many who ask for histories whose places in Kafka are dear to read. */
import { describe, expect, it } from 'vitest';
import { SearchesCrowded } from '../../api/history/aggregate-log.js';
import { PLACE_READINGS_MAX, RecordsInTurn } from '../../api/history/records-in-turn.js';
import { CallerGone } from '../../api/ports/errors.js';
import type { RecordSource } from '../../api/ports/history.js';

const PLACES = [{ topic: 't', partition: 0, offset: 0 }];
const by = (caller: string, signal = new AbortController().signal) => ({ caller, signal });

/** A log that answers when told to. */
function heldLog() {
  const reading: { readonly caller: string; readonly answer: () => void }[] = [];
  const records: RecordSource = {
    at: (places, { caller }) =>
      new Promise((resolve) => reading.push({ caller, answer: () => resolve(places.map(() => null)) })),
    withKey: async (_, { to }) => ({ records: [], next: to, begins: 0, isAllRead: true }),
  };
  return { source: new RecordsInTurn(records, 90), reading };
}

const turn = () => new Promise(setImmediate);

describe('places that are read in Kafka', () => {
  it('are read for few at a time, for one of each caller, and all are answered', async () => {
    const { source, reading } = heldLog();
    const asked = ['a', 'a', 'a', 'a', 'b', 'c'].map((caller) => source.at(PLACES, by(caller)));
    await turn();
    const begun: string[] = [];
    for (let i = 0; i < asked.length; i += 1) {
      expect(reading.length).toBeLessThanOrEqual(PLACE_READINGS_MAX);
      if (i === 0) expect(reading.map(({ caller }) => caller)).toEqual(['a', 'b']);
      const next = reading.shift();
      begun.push(next?.caller ?? '');
      next?.answer();
      await turn();
    }
    expect((await Promise.all(asked)).flat()).toEqual(asked.map(() => null));
    expect(begun.toSorted()).toEqual(['a', 'a', 'a', 'a', 'b', 'c']);
    // Nobody waits behind all that another one asks.
    expect(begun.indexOf('c')).toBeLessThan(begun.lastIndexOf('a'));
  });

  it('are refused to who asks more than may wait, and others find a place', async () => {
    const { source } = heldLog();
    const outcomes: unknown[] = [];
    for (let i = 0; i < 200; i += 1) source.at(PLACES, by('a')).catch((error: unknown) => outcomes.push(error));
    await turn();
    expect(outcomes.length).toBeGreaterThan(100);
    expect(outcomes.every((error) => error instanceof SearchesCrowded)).toBe(true);
  });

  it('are not read for who has gone, whose turn goes to another', async () => {
    const { source, reading } = heldLog();
    const leaving = new AbortController();
    const first = source.at(PLACES, by('a'));
    const gone = source.at(PLACES, by('a', leaving.signal));
    const last = source.at(PLACES, by('a'));
    leaving.abort();
    await expect(gone).rejects.toThrow(CallerGone);
    reading.shift()?.answer();
    await first;
    await turn();
    expect(reading.length).toBe(1);
    reading.shift()?.answer();
    await last;
  });
});
