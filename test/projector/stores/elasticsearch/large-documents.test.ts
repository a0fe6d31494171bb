/** Documents that are too much for Elasticsearch: told from a cluster that merely has too much to do, which is waited for. */
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { OutgoingDocument } from '../../../../projector/ports/documents.js';
import { Unavailable } from '../../../../projector/ports/errors.js';
import type { RefusedDocument } from '../../../../projector/ports/refusals.js';
import type { Ticket } from '../../../../projector/ports/tickets.js';
import { connectElasticsearch } from '../../../../projector/stores/elasticsearch/connection.js';
import { ElasticsearchDocumentStore } from '../../../../projector/stores/elasticsearch/documents.js';
import { ElasticsearchGenerationStorage } from '../../../../projector/stores/elasticsearch/generation-storage.js';
import { exceedsAlone, Pressure } from '../../../../projector/stores/elasticsearch/pressure.js';
import { documentsIndex } from '../../../../runtime/storage/names.js';
import { elasticsearchProxy } from '../../../fault-proxy/elasticsearch.js';
import { SkippedTime } from '../../skipped-time.js';
import { generationsFor } from '../generations.js';

const TARGET = { view: 'orders', revision: 1 } as const;
const MIB = 1024 * 1024;
const ROOM = 1.5 * MIB;
const ATTEMPTS_MAX = 30;
const PAUSE_MS = 1_000;

const open = generationsFor('large-documents', ({ elasticsearch, namespace }, record) =>
  new ElasticsearchGenerationStorage(elasticsearch, namespace).create(record),
);

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function opened(documentBytesMax?: number) {
  const { servers, number } = await open();
  const names = { namespace: servers.namespace, generation: number };
  const proxy = await elasticsearchProxy(inject('ELASTICSEARCH_URL'));
  closing.push(() => proxy.stop());
  const time = new SkippedTime();
  const client = connectElasticsearch(proxy.url, 30_000, new Pressure(time));
  closing.push(() => client.close());
  const refused: RefusedDocument[] = [];
  const record = async (documents: readonly RefusedDocument[]) => void refused.push(...documents);
  const store = new ElasticsearchDocumentStore(client, names, { record }, documentBytesMax);
  let ticket = 0;
  /** As the pipeline does; its pauses are skipped. @returns the number of attempts, and what came of the last. */
  const publish = async (documents: readonly OutgoingDocument[], attemptsMax = ATTEMPTS_MAX) => {
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      ticket += 1;
      try {
        return { attempt, ...(await store.publish(TARGET, ticket as Ticket, documents)) };
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        await time.sleep(PAUSE_MS);
      }
    }
    return 'still waiting' as const;
  };
  const index = documentsIndex(names, TARGET.view, TARGET.revision);
  const stored = async (documents: readonly OutgoingDocument[]) => {
    const ids = documents.map(({ id }) => id);
    const { docs } = await servers.elasticsearch.mget({ index, ids, _source: false });
    return docs.flatMap((doc) => ('found' in doc && doc.found ? [doc._id] : []));
  };
  return { proxy, refused, publish, stored, time, client };
}

const large = (id: string, bytes: number): OutgoingDocument => ({
  id,
  stored: { orderId: id, carrier: 'x'.repeat(bytes) },
});
const small = (count: number, bytes = 10) => Array.from({ length: count }, (_, i) => large(`o-${i}`, bytes));
const idsOf = (documents: readonly { readonly id: string }[]) => documents.map(({ id }) => id);

describe('a document that is too much for Elasticsearch', () => {
  it('is refused for good when it is refused alone, over and over, while others are taken', async () => {
    const { proxy, publish, refused, stored } = await opened();
    proxy.roomBytes = ROOM;
    const [first, ...others] = small(50);
    const documents = [first ?? large('o-0', 1), large('o-large', 2 * MIB), large('o-too', 3 * MIB), ...others];
    expect(await publish(documents)).toMatchObject({ written: 50, refused: 2 });
    // Two requests are in flight: which is given up first is theirs to decide.
    const byId = new Map(refused.map(({ id, reason }) => [id, reason]));
    expect([...byId.keys()].sort()).toEqual(['o-large', 'o-too']);
    expect(byId.get('o-large')).toMatch(/^Elasticsearch has no room for its 2\d+ bytes, even alone \(es_rejected_exec/);
    expect(await stored(documents)).toEqual(idsOf(small(50)));
    // What it has learnt is no burden for the others.
    const before = proxy.bulkRequests();
    proxy.roomBytes = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 10; i += 1) await publish(small(50));
    expect(await publish(documents)).toMatchObject({ attempt: 1, refused: 0 });
    expect(proxy.bulkRequests() - before).toBeLessThan(400);
  });

  it('is not given up for being refused often within half a minute', async () => {
    const { proxy, publish, refused, time } = await opened();
    proxy.roomBytes = ROOM;
    expect(await publish([large('o-large', 2 * MIB)], 29)).toBe('still waiting');
    expect(proxy.bulkRequests()).toBeGreaterThan(20);
    expect(refused).toEqual([]);
    await time.sleep(5_000);
    expect(await publish([large('o-large', 2 * MIB)], 1)).toMatchObject({ refused: 1 });
  });

  it('is not given up for being refused while another one is in flight, whoever publishes it', async () => {
    const { client, time } = await opened();
    const { pressure } = client;
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    // Sent before anything was refused, for another generation.
    const other = pressure.inTurn(() => answered);
    pressure.refused();
    let isSent = false;
    const own = pressure.inTurn(async () => {
      isSent = true;
    });
    await new Promise(setImmediate);
    expect(isSent).toBe(false);
    answer();
    expect(await other).toMatchObject({ wasAlone: true });
    expect(await own).toMatchObject({ wasAlone: true });
    // Side by side, neither was alone.
    const calm = new Pressure(time);
    const both = await Promise.all([calm.inTurn(async () => {}), calm.inTurn(async () => {})]);
    expect(both.map(({ wasAlone }) => wasAlone)).toEqual([false, false]);
    // What has to go alone waits for those before it, and those after it wait.
    const order: string[] = [];
    const note = (name: string) => async () => {
      order.push(`${name} sent`);
      await new Promise(setImmediate);
      order.push(`${name} answered`);
    };
    const sent = [calm.inTurn(note('a')), calm.inTurn(note('b'), 'alone'), calm.inTurn(note('c'))];
    expect((await Promise.all(sent)).map(({ wasAlone }) => wasAlone)).toEqual([true, true, true]);
    expect(order).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} sent`, `${name} answered`]));
  });

  it('is refused at once when Elasticsearch says that it is larger than all that it takes at a time', async () => {
    const { proxy, publish, refused } = await opened();
    const sentence = (operation: number, limit: number) =>
      'rejected execution of coordinating operation [coordinating_and_primary_bytes=0, replica_bytes=0, all_bytes=0, ' +
      `coordinating_operation_bytes=${operation}, max_coordinating_and_primary_bytes=${limit}]`;
    expect(exceedsAlone(sentence(2_000, 1_000))).toBe(true);
    expect(exceedsAlone(sentence(500, 1_000))).toBe(false);
    expect(exceedsAlone('Data too large')).toBe(false);
    const error = { type: 'es_rejected_execution_exception', reason: sentence(2 * MIB, MIB) };
    proxy.inject({ kind: 'answer', status: 429, body: { error } });
    expect(await publish([large('o-large', 2 * MIB)])).toMatchObject({ attempt: 1, refused: 1 });
    expect(idsOf(refused)).toEqual(['o-large']);
  });

  it('is refused unsent when it is larger than is stated', async () => {
    const { proxy, publish, refused, stored } = await opened(MIB);
    const documents = [large('o-large', MIB), ...small(3)];
    expect(await publish(documents)).toMatchObject({ attempt: 1, written: 3, refused: 1 });
    expect(refused.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^it has 10\d+ bytes as JSON; ELASTICSEARCH_DOCUMENT_BYTES_MAX is 1048576$/),
    ]);
    expect(proxy.bulkRequests()).toBe(1);
    expect(await stored(documents)).toEqual(idsOf(small(3)));
  });
});

describe('a cluster that has too much to do', () => {
  it('is waited for, large documents and small ones', async () => {
    const { proxy, publish, refused, stored } = await opened();
    proxy.roomBytes = 0;
    const documents = [large('o-large', 2 * MIB), ...small(10)];
    expect(await publish(documents)).toBe('still waiting');
    expect(refused).toEqual([]);
    proxy.roomBytes = Number.POSITIVE_INFINITY;
    expect(await publish(documents)).toMatchObject({ attempt: 1, written: 11, refused: 0 });
    expect(await stored(documents)).toEqual(idsOf(documents));
  });

  it('is waited for when it is full: a block is no want of room', async () => {
    const { proxy, publish, refused } = await opened();
    const error = { type: 'cluster_block_exception', reason: 'disk usage exceeded flood-stage watermark' };
    proxy.inject({ kind: 'answer', status: 429, body: { error } }, 10);
    expect(await publish([large('o-large', 2 * MIB)], 10)).toBe('still waiting');
    expect(refused).toEqual([]);
  });

  it('is given less at a time, down to single documents, and small documents are never given up', async () => {
    const { proxy, publish, refused } = await opened();
    proxy.roomBytes = 40_000;
    const documents = small(60, 20_000);
    expect(await publish(documents)).toMatchObject({ written: 60, refused: 0 });
    proxy.roomBytes = 10_000;
    expect(await publish(documents)).toBe('still waiting');
    expect(refused).toEqual([]);
  });
});
