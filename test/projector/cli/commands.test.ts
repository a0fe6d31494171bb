/** What the command line makes of its arguments, before any server is asked. */
import { describe, expect, it } from 'vitest';
import { documentName, offsets, time, wholeNumber } from '../../../projector/cli/arguments.js';
import { assertConsent } from '../../../projector/cli/confirmation.js';
import { barOf, ProgressBar } from '../../../projector/cli/progress-bar.js';
import { tableOf } from '../../../projector/cli/text.js';
import { runTool } from '../../../projector/cli/tool.js';
import type { RebuildStatus } from '../../../projector/operations/progress.js';

const STATUS: RebuildStatus = {
  ...{ generation: 2, phase: 'filling', paused: false, percent: 50, etaSeconds: 3_905, etaIsRough: false },
  events: { done: 500, total: 1000, perSecond: 1200 },
  documents: { done: 0, total: 100 },
  ...{ partitions: [], startedAt: new Date(0), origin: 'the beginning' },
};

describe('arguments', () => {
  it('are read as what they are', () => {
    expect(documentName('orders/a/b $c')).toEqual({ view: 'orders', id: 'a/b $c' });
    expect(offsets('shop.orders/0=12, shop.orders/11=0')).toEqual({
      kind: 'offsets',
      positions: [
        { topic: 'shop.orders', partition: 0, next: 12 },
        { topic: 'shop.orders', partition: 11, next: 0 },
      ],
    });
    expect(time('2026-11-01T00:00:00Z')).toEqual(new Date(Date.UTC(2026, 10, 1)));
    expect(wholeNumber('12')).toBe(12);
  });

  it.each([
    [documentName, 'orders'],
    [documentName, '/o-1'],
    [documentName, 'orders/'],
    [documentName, 'constructor/1'],
    [offsets, 'orders=1'],
    [offsets, 'orders/0=-1'],
    [time, 'yesterday'],
    [wholeNumber, '1.5'],
    [wholeNumber, '-1'],
  ])('are refused: %o %s', (read, text) => {
    expect(() => read(text)).toThrow('must be');
  });

  it.each([
    [['unknown'], 2],
    [['rebuild', 'switch', 'two'], 2],
    [['explain', 'invoices/1'], 2],
    [['rebuild', 'start', '--from-time', 'yesterday'], 2],
    [['rebuild', 'cancel'], 3],
    [['rebuild', 'retire', '1', '--confirm', 'other'], 3],
    [['rebuild', 'switch', '2', '--accept-differences'], 3],
    [['refused', 'retry'], 3],
    [['refused', 'retry', 'orders/o-1', '--all'], 3],
    [['refused', 'show', 'invoices/1'], 2],
    [['help'], 0],
    [['rebuild', '--help'], 0],
  ])('%j ends with %i', async (given, code) => {
    expect(await quietly(() => runTool(given, { NAMESPACE: 'shop' }))).toBe(code);
  });

  it('are no use with unusable settings', async () => {
    expect(await quietly(() => runTool(['status'], { NAMESPACE: 'Shop!' }))).toBe(2);
  });
});

describe('what cannot be taken back', () => {
  const wipe = (consent: object, ask: ((question: string) => Promise<string>) | null) =>
    assertConsent(consent, 'shop', 'remove generation 1', ask);

  it('is done when it was confirmed, beforehand or at the terminal', async () => {
    await wipe({ yes: true }, null);
    await wipe({ confirm: 'shop' }, null);
    await wipe({}, async (question) => {
      expect(question).toContain('remove generation 1');
      return 'shop\n';
    });
  });

  it('is refused when it was not, or for another namespace', async () => {
    await expect(wipe({}, null)).rejects.toThrow('add --yes or --confirm shop');
    await expect(wipe({}, async () => 'y')).rejects.toThrow('not confirmed');
    await expect(wipe({ yes: true, confirm: 'staging' }, null)).rejects.toThrow('not in staging');
  });
});

describe('progress', () => {
  it('is a bar with speed and time left', () => {
    expect(barOf(STATUS)).toBe(`[${'#'.repeat(15)}${'-'.repeat(15)}]  50 %  filling, 1200 events/s, 1 h 5 min left`);
    expect(barOf({ ...STATUS, etaIsRough: true })).toContain('roughly');
    expect(barOf({ ...STATUS, paused: true, etaSeconds: null })).toContain('paused');
  });

  it('is drawn on a terminal only', () => {
    for (const isTTY of [true, false]) {
      const written: string[] = [];
      const bar = new ProgressBar({ isTTY, write: (text) => written.push(text) });
      bar.draw(STATUS);
      bar.end();
      expect(written.length > 0).toBe(isTTY);
    }
  });
});

describe('a table', () => {
  it('has columns as wide as their widest cell, and a sentence when it is empty', () => {
    expect(tableOf(['a', 'b'], [['long', '1']], 'none')).toBe('a     b\nlong  1\n');
    expect(tableOf(['a'], [], 'none')).toBe('none\n');
  });
});

/** Without what it says. */
async function quietly<Result>(work: () => Promise<Result>): Promise<Result> {
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write] as const;
  stdout.write = () => true;
  stderr.write = () => true;
  try {
    return await work();
  } finally {
    [stdout.write, stderr.write] = writes;
  }
}
