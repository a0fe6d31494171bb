/** Whoever waits for a signal is told, whatever the collector does; and what is over leaves nothing with a long-lived one. */
import { getEventListeners } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ReadModelClient } from '../../api/client/index.js';
import { untilStopped } from '../../runtime/stopping.js';
import { limitedInTime, TimeIsUp } from '../../runtime/time-limit.js';
import { nodes } from './nodes.js';
import { runOn } from './run-on.js';

const OUTCOMES = {
  'until the time is up': 'done',
  'until another is aborted': 'done',
  'until stopped': 'done',
  'a pause that is ended': 'done',
  'the feed looks for partitions': 'done',
  'the client, without an answer': 'ApiTimeout',
  'the client, within an answer': 'ApiTimeout',
  'the client, cancelled': 'Error',
  'the client, following changes': 'done',
};

describe('under a collector that runs all the time', async () => {
  it.each(await nodes())('everybody who waits is told, on Node $major', async ({ binary }) => {
    expect(await runOn(binary, 'collected-signals.ts')).toEqual(OUTCOMES);
  });
});

describe('a signal that lives for ever', () => {
  const { signal } = new AbortController();
  const listeners = () => getEventListeners(signal, 'abort').length;

  it('keeps nothing of the many that were made of it', async () => {
    let most = 0;
    const answered: typeof fetch = async () => {
      most = Math.max(most, listeners());
      return new Response('{"data":[]}', { headers: { 'Content-Type': 'application/json' } });
    };
    const client = new ReadModelClient({ baseUrl: 'http://api', fetch: answered });
    for (let i = 0; i < 100_000; i += 1) {
      await limitedInTime(60_000, async () => {}, signal);
      await untilStopped(Promise.resolve(), signal);
      if (i % 100 === 0) await client.suggest('x', { signal });
    }
    expect({ most, left: listeners() }).toEqual({ most: 1, left: 0 });
  });

  it('keeps nothing of what failed, or of a stream that was left', async () => {
    const failing = limitedInTime(60_000, () => Promise.reject(new Error('planted')), signal);
    await expect(failing).rejects.toThrow('planted');
    const body = 'id: 1\nevent: change\ndata: {"view":"orders","id":"o-1","version":1,"document":{}}\n\n';
    const client = new ReadModelClient({ baseUrl: 'http://api', fetch: async () => new Response(body) });
    for await (const _ of client.changes({}, { signal })) break;
    expect(listeners()).toBe(0);
  });
});

it('tells why: the time, or what the other was aborted with', async () => {
  const reasonOf = (limitMs: number, outer?: AbortSignal) =>
    limitedInTime(
      limitMs,
      (signal) =>
        new Promise((resolve) => {
          if (signal.aborted) resolve(signal.reason);
          else signal.addEventListener('abort', () => resolve(signal.reason));
        }),
      outer,
    );
  expect(await reasonOf(1)).toBeInstanceOf(TimeIsUp);
  expect(await reasonOf(60_000, AbortSignal.abort('gone'))).toBe('gone');
});

it('is bounded by the time of the call where a `fetch` does not listen', async () => {
  const deaf = new ReadModelClient({ baseUrl: 'http://api', timeoutMs: 10, fetch: () => new Promise(() => {}) });
  await expect(deaf.suggest('x')).rejects.toMatchObject({ name: 'ApiTimeout' });
});

it('nowhere is a signal used that may be collected while somebody waits for it', () => {
  const root = path.join(import.meta.dirname, '../..');
  const folders = ['api', 'bench', 'docs', 'mappings', 'projector', 'runtime', 'sample', 'stack', 'test'];
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  );
  const sources = files.filter((file) => /\.(ts|mts|js|mjs|cjs)$/.test(file));
  expect(sources.length).toBeGreaterThan(500);
  const calls = /AbortSignal\s*\.\s*(any|timeout)\s*\(/;
  expect(sources.filter((file) => calls.test(readFileSync(path.join(root, file), 'utf8')))).toEqual([]);
});
