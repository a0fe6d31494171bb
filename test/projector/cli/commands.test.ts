/** What the command line makes of its arguments, before any server is asked. */
import { describe, expect, it } from 'vitest';
import { count, documentName, offsets, snapshotName, time, wholeNumber } from '../../../projector/cli/arguments.js';
import { assertConsent } from '../../../projector/cli/confirmation.js';
import { barOf, ProgressBar } from '../../../projector/cli/progress-bar.js';
import { tableOf } from '../../../projector/cli/text.js';
import { runTool } from '../../../projector/cli/tool.js';
import type { RebuildStatus } from '../../../projector/operations/progress.js';
import { said } from '../../said.js';

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
    [count, '0'],
    [snapshotName, '..'],
  ])('are refused: %o %s', (read, text) => {
    expect(() => read(text)).toThrow('must be');
  });

  // All of these are times for Date.parse.
  it.each([
    ...['5', '2026', '2026-11-01', '2026-11-01T00:00:00', '2026-11-01 00:00Z', 'Nov 1 2026', '2026-02-30T00:00:00Z'],
  ])('are no times without all that a time needs: %s', (text) => {
    expect(() => time(text)).toThrow(RULE);
  });

  const RULE = 'must be a time with its zone';
  it.each<[string, number, string]>([
    ['unknown', 2, "unknown command 'unknown'"],
    ['statsu', 2, 'Did you mean status?'],
    ['status extra', 2, 'too many arguments'],
    ['status --jso', 2, "unknown option '--jso'"],
    ['audit --limit x', 2, 'must be a whole number'],
    ['audit --limit 0', 2, 'must be at least 1'],
    ['explain invoices/1', 2, 'the view being one of orders'],
    ['explain', 2, "missing required argument 'view/id'"],
    ['rebuild nope', 2, "unknown command 'nope'"],
    ['rebuild switch two', 2, 'must be a whole number'],
    ['rebuild verify -- -1', 2, 'must be a whole number'],
    ['rebuild retire 1.5', 2, 'must be a whole number'],
    ['rebuild start --from-time 5', 2, RULE],
    ['rebuild start --from-time yesterday', 2, RULE],
    ['rebuild start --from-offsets orders=1', 2, 'must be topic/partition=offset'],
    ['rebuild start --from-time 2026-11-01T00:00:00Z --from-offsets orders/0=1', 2, 'cannot be used with'],
    ['rebuild start --dryrun', 2, 'Did you mean --dry-run?'],
    ['rebuild cancel', 3, 'add --yes or --confirm shop'],
    ['rebuild retire 1 --confirm other', 3, 'not in other'],
    ['rebuild switch 2 --accept-differences', 3, 'add --yes or --confirm shop'],
    ['rerender --from-time 2026-11-01T00:00:00Z', 2, 'unknown option'],
    ['snapshot', 2, 'A snapshot needs --at TIME and --name NAME.'],
    ['snapshot --at 2026-11-01 --name x', 2, RULE],
    ['snapshot --at 2026-11-01T00:00:00Z --name ..', 2, 'must be 1 to 64'],
    ['snapshot lst', 2, 'too many arguments'],
    ['snapshot delete', 2, "missing required argument 'name'"],
    ['snapshot delete x', 3, 'add --yes or --confirm shop'],
    ['verify --view invoices', 2, 'Allowed choices are orders'],
    ['verify --pace -1', 2, 'must be a whole number'],
    ['refresh', 2, 'Give one of --order, --customer, --product and --since.'],
    ['refresh --order o-1 --customer c-1', 2, 'Give one of'],
    ['refresh --since 5', 2, RULE],
    ['quarantine list --cause nope', 2, 'Allowed choices are'],
    ['quarantine list --limit 0', 2, 'must be at least 1'],
    ['quarantine redrive', 2, 'Give --all, or what to choose by'],
    ['quarantine redrive --all --id x', 2, 'Give --all, or what to choose by'],
    ['quarantine discard orders/0/1', 2, "required option '--reason <text>' not specified"],
    ['quarantine show', 2, "missing required argument 'id'"],
    ['refused retry', 2, 'Give --all, or the document'],
    ['refused retry orders/o-1 --all', 2, 'Give --all, or the document'],
    ['refused show invoices/1', 2, 'the view being one of orders'],
    ['refused list --limit 0', 2, 'must be at least 1'],
    ['gaps --limit 0', 2, 'must be at least 1'],
    ['help', 0, 'Usage: projector [options] [command]'],
    ['rebuild --help', 0, 'Usage: projector rebuild'],
    ['help rebuild start', 0, 'Usage: projector rebuild start'],
    ['rebuild help start', 0, 'Usage: projector rebuild start'],
    ['help quarantine redrive', 0, 'Usage: projector quarantine redrive'],
    ['help nope', 2, 'there is no command nope. The commands are status'],
    ['help rebuild nope', 2, 'there is no command nope. The commands of rebuild are start'],
    ['help status extra', 2, 'status has no commands'],
  ])('%s ends with %i and says %s', async (line, code, sentence) => {
    const { result, stdout, stderr } = await said(() => runTool(line.split(' '), { NAMESPACE: 'shop' }));
    expect([result, stdout + stderr]).toEqual([code, expect.stringContaining(sentence)]);
  });

  it('are explained to who has not found the right settings yet', async () => {
    expect(await said(() => runTool(['help'], { NAMESPACE: 'Shop!' }))).toMatchObject({ result: 0 });
  });

  it('are no use with unusable settings', async () => {
    const environment = { NAMESPACE: 'Shop!', KAFKA_BROKER: 'elsewhere:9092' };
    const { result, stderr } = await said(() => runTool(['status'], environment));
    expect(result).toBe(2);
    expect(stderr).toMatch(/NAMESPACE: must be.*KAFKA_BROKER: .*Did you mean KAFKA_BROKERS\?/s);
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
