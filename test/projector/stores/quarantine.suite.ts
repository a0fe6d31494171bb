/** What every quarantine does. */
import { describe, expect, it } from 'vitest';
import type { SourceRecord } from '../../../projector/ports/events.js';
import type { Quarantine, QuarantinedRecord } from '../../../projector/ports/quarantine.js';

/** A record as it is kept, in comparable form. */
export interface Kept {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  /** Name and value of each, repeated names in their order. */
  readonly headers: readonly (readonly [string, string | null])[];
  readonly reason: string;
  readonly detail: string;
}

export interface OpenedQuarantine {
  readonly quarantine: Quarantine;
  kept(): Promise<readonly Kept[]>;
}

export function quarantined(offset: number, record: Partial<SourceRecord> = {}): QuarantinedRecord {
  const place = {
    aggregate: 'orders' as const,
    topic: 'shop.orders',
    partition: 2,
    offset,
    timestamp: 1_700_000_000_000,
  };
  const content = { key: Buffer.from('o-1'), value: Buffer.from('{"苹果"'), headers: {} };
  return { record: { ...place, ...content, ...record }, reason: 'not-json', detail: 'The value is not JSON.' };
}

const KEPT = {
  ...{ topic: 'shop.orders', partition: 2, timestamp: 1_700_000_000_000, key: 'o-1', value: '{"苹果"', headers: [] },
  ...{ reason: 'not-json', detail: 'The value is not JSON.' },
};

/** `open` gives an empty quarantine each time. */
export function quarantineSuite(open: () => Promise<OpenedQuarantine>): void {
  describe('a quarantine', () => {
    it('keeps all that is needed to deliver a record again', async () => {
      const { quarantine, kept } = await open();
      const headers = {
        ce_id: 'e-1',
        'a.$b': Buffer.from('苹果'),
        twice: [Buffer.from('1'), null, '2'],
        none: undefined,
        empty: null,
      };
      await quarantine.add([quarantined(7, { headers })]);
      expect(await kept()).toEqual([
        {
          ...KEPT,
          offset: 7,
          headers: [
            ['ce_id', 'e-1'],
            ['a.$b', '苹果'],
            ['twice', '1'],
            ['twice', null],
            ['twice', '2'],
            ['empty', null],
          ],
        },
      ]);
    });

    it('keeps a record without key and value', async () => {
      const { quarantine, kept } = await open();
      await quarantine.add([quarantined(7, { key: null, value: null })]);
      expect(await kept()).toEqual([{ ...KEPT, offset: 7, key: null, value: null }]);
    });

    it('keeps a record once, however often and by whomever it is added', async () => {
      const { quarantine, kept } = await open();
      await Promise.all([quarantine.add([quarantined(7)]), quarantine.add([quarantined(7), quarantined(8)])]);
      await quarantine.add([quarantined(7)]);
      await quarantine.add([]);
      const offsets = (await kept()).map(({ offset }) => offset).sort();
      expect(offsets).toEqual([7, 8]);
    });

    it('keeps 2,500 records at once', async () => {
      const { quarantine, kept } = await open();
      await quarantine.add(Array.from({ length: 2500 }, (_, offset) => quarantined(offset)));
      expect(new Set((await kept()).map(({ offset }) => offset)).size).toBe(2500);
    });
  });
}
