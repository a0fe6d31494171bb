/** A cluster that refuses requests at random: a step ends, and asks for no more than what was refused again. */

import { errors } from '@elastic/elasticsearch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutgoingDocument } from '../../projector/ports/documents.js';
import { Unavailable } from '../../projector/ports/errors.js';
import type { Ticket } from '../../projector/ports/tickets.js';
import { bulkIndex, NO_PROGRESS_MS } from '../../projector/stores/elasticsearch/bulk.js';
import { ElasticsearchClient } from '../../projector/stores/elasticsearch/connection.js';
import { PIECE_BYTES, PIECE_BYTES_MIN, Pressure } from '../../projector/stores/elasticsearch/pressure.js';
import { SkippedTime } from '../projector/skipped-time.js';

const DOCUMENT_BYTES_MAX = 32 * 1024 * 1024;
const PAUSE_MS = 1_000;

const documents: readonly OutgoingDocument[] = Array.from({ length: 8_000 }, (_, i) => ({
  id: `o-${i}`,
  stored: { orderId: `o-${i}`, carrier: 'x'.repeat(950) },
}));
const PIECES = Math.ceil((8_000 * 1_100) / PIECE_BYTES);

/** The part of Elasticsearch that takes bulk requests: `refuses` is asked for each, and for each of its documents. */
function cluster(refuses: { request?: (bytes: number) => boolean; item?: () => boolean }) {
  const time = new SkippedTime();
  const pressure = new Pressure(time);
  const client = new ElasticsearchClient({ node: 'http://127.0.0.1:9' }, pressure);
  const writes = new Map<string, number>();
  let requests = 0;
  const answer = async ({ bulkBody }: { bulkBody: string }) => {
    requests += 1;
    await new Promise(setImmediate);
    if (refuses.request?.(bulkBody.length) === true) throw rejection();
    const lines = bulkBody.trimEnd().split('\n');
    return {
      items: lines.flatMap((line, i) => {
        if (i % 2 === 1) return [];
        if (refuses.item?.() === true) return [{ index: { status: 429, error: { type: 'es_rejected' } } }];
        const { index } = JSON.parse(line) as { index: { _id: string } };
        writes.set(index._id, (writes.get(index._id) ?? 0) + 1);
        return [{ index: { status: 201 } }];
      }),
    };
  };
  Object.assign(client.transport, { request: answer });
  const limits = { pressure, documentBytesMax: DOCUMENT_BYTES_MAX };
  let attempts = 0;
  /** As the pipeline does. @returns the number of attempts. */
  const publish = async (outgoing = documents, attemptsMax = 300) => {
    for (attempts = 1; attempts <= attemptsMax; attempts += 1) {
      try {
        await bulkIndex(client, 'orders', attempts as Ticket, outgoing, limits);
        return attempts;
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        await time.sleep(PAUSE_MS);
      }
    }
    return Number.POSITIVE_INFINITY;
  };
  return { publish, writes, pressure, time, client, limits, requests: () => requests };
}

function rejection(): errors.ResponseError {
  return new errors.ResponseError({
    statusCode: 429,
    headers: {},
    warnings: null,
    meta: {} as never,
    body: { error: { type: 'es_rejected_execution_exception', reason: 'queue is full' } },
  });
}

/** The same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('a cluster that refuses requests at random', () => {
  it('is got along with in a number of requests that goes with the number of pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 0, max: 50 }), async (seed, percent) => {
        const random = randomOf(seed);
        const { publish, writes, requests } = cluster({ request: () => random() * 100 < percent });
        expect(await publish()).toBeLessThan(30);
        expect(writes.size).toBe(documents.length);
        expect(requests()).toBeLessThan(PIECES * 40);
      }),
      { numRuns: 15 },
    );
  });

  it.each([60, 70])('ends when %i of 100 are refused, with no piece smaller than is stated', async (percent) => {
    const random = randomOf(percent);
    const { publish, writes, requests } = cluster({ request: () => random() * 100 < percent });
    expect(await publish()).toBeLessThan(300);
    expect(writes.size).toBe(documents.length);
    const most = (documents.length * 1_100) / PIECE_BYTES_MIN;
    expect(requests()).toBeLessThan((most * 10 * 100) / (100 - percent));
  });

  it('is got along with after it refused everything for a while, and hardly anything then', async () => {
    const random = randomOf(7);
    let asked = 0;
    const refuses = () => {
      asked += 1;
      return asked <= 20 || random() < 0.001;
    };
    const { publish, requests, pressure } = cluster({ request: refuses });
    expect(await publish()).toBeLessThan(25);
    expect(requests()).toBeLessThan(100);
    // What is taken makes the pieces as large again as they were.
    for (let i = 0; i < 3; i += 1) await publish();
    expect(pressure.pieceBytes).toBe(PIECE_BYTES);
  });

  it('gets only the refused documents of a request again', async () => {
    const random = randomOf(3);
    const { publish, writes } = cluster({ item: () => random() < 0.3 });
    expect(await publish()).toBe(1);
    expect(writes.size).toBe(documents.length);
    expect(Math.max(...writes.values())).toBe(1);
  });

  it('that has room for little at a time is given that much', async () => {
    const { publish, requests } = cluster({ request: (bytes) => bytes > 100_000 });
    expect(await publish()).toBeLessThan(10);
    expect(requests()).toBeLessThan(600);
  });
});

describe('a step that gets on no more', () => {
  /** Takes one request, and nothing then. */
  function stuck() {
    let asked = 0;
    return cluster({
      request: () => {
        asked += 1;
        return asked > 1;
      },
    });
  }

  it('is unavailable after a while, so that it is told and given up elsewhere', async () => {
    const { client, limits, time, requests } = stuck();
    await expect(bulkIndex(client, 'orders', 1 as Ticket, documents, limits)).rejects.toThrow(Unavailable);
    expect(time.now()).toBeGreaterThanOrEqual(NO_PROGRESS_MS);
    expect(requests()).toBeLessThan(60);
  });

  it('ends its waiting when it is told to', async () => {
    const { client, limits, requests, time } = stuck();
    const ending = new AbortController();
    const reason = new Error('another part has failed');
    const { sleep } = time;
    time.sleep = async (ms, signal) => {
      ending.abort(reason);
      await sleep.call(time, ms, signal);
    };
    await expect(bulkIndex(client, 'orders', 1 as Ticket, documents, limits, ending.signal)).rejects.toBe(reason);
    expect(requests()).toBeLessThan(5);
  });
});
