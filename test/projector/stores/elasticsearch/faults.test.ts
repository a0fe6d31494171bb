/** What the store of documents does when Elasticsearch, or the way to it, is in trouble: the real server, broken. */
import type { Client } from '@elastic/elasticsearch';
import { afterEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { OutgoingDocument } from '../../../../projector/ports/documents.js';
import { Unavailable } from '../../../../projector/ports/errors.js';
import type { RefusedDocument } from '../../../../projector/ports/refusals.js';
import type { Ticket } from '../../../../projector/ports/tickets.js';
import { connectElasticsearch } from '../../../../projector/stores/elasticsearch/connection.js';
import { ElasticsearchDocumentStore } from '../../../../projector/stores/elasticsearch/documents.js';
import { ElasticsearchGenerationStorage } from '../../../../projector/stores/elasticsearch/generation-storage.js';
import { writeAliasOf } from '../../../../projector/stores/elasticsearch/write-alias.js';
import { EndlessPatience } from '../../../../projector/work/retry-policy.js';
import { createLog } from '../../../../runtime/log.js';
import { documentsIndex } from '../../../../runtime/storage/names.js';
import { type ElasticsearchFault, elasticsearchProxy } from '../../../fault-proxy/elasticsearch.js';
import { until } from '../../../until.js';
import { generationsFor } from '../generations.js';

const TARGET = { view: 'orders', revision: 1 } as const;
/** Never met unless the proxy says nothing. */
const PATIENT_MS = 30_000;
/** For requests that are to time out. */
const HASTY_MS = 2_000;
const patience = new EndlessPatience(createLog('test', 'silent'));
const ticket = (number: number) => number as Ticket;

const open = generationsFor('elastic-faults', ({ elasticsearch, namespace }, record) =>
  new ElasticsearchGenerationStorage(elasticsearch, namespace).create(record),
);

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function opened(timeoutMs = PATIENT_MS) {
  const { servers, number } = await open();
  const names = { namespace: servers.namespace, generation: number };
  const proxy = await elasticsearchProxy(inject('ELASTICSEARCH_URL'));
  closing.push(() => proxy.stop());
  const client = connectElasticsearch(proxy.url, timeoutMs);
  closing.push(() => client.close());
  const refused: RefusedDocument[] = [];
  const record = async (documents: readonly RefusedDocument[]) => void refused.push(...documents);
  const store = new ElasticsearchDocumentStore(client, names, { record });
  const index = documentsIndex(names, TARGET.view, TARGET.revision);
  const publish = (number: number, documents: readonly OutgoingDocument[]) =>
    store.publish(TARGET, ticket(number), documents);
  return { proxy, refused, index, publish, elasticsearch: servers.elasticsearch };
}

function hundred(total: number): OutgoingDocument[] {
  return Array.from({ length: 100 }, (_, i) => ({ id: `o-${i}`, stored: { orderId: `o-${i}`, total } }));
}

/** Id to what is stored. */
async function stored(elasticsearch: Client, index: string, documents: readonly OutgoingDocument[]) {
  const { docs } = await elasticsearch.mget<{ total: number }>({ index, ids: documents.map(({ id }) => id) });
  return new Map(docs.flatMap((doc) => ('found' in doc && doc.found ? [[doc._id, doc._source?.total] as const] : [])));
}

const totals = (total: number) => new Map(hundred(total).map(({ id }) => [id, total]));

const rejection = {
  kind: 'answer',
  status: 429,
  body: { error: { type: 'es_rejected_execution_exception' } },
} as const;
const NOT_CARRIED_OUT: readonly ElasticsearchFault[] = [
  rejection,
  { kind: 'answer', status: 502 },
  { kind: 'answer', status: 503, body: { error: { type: 'cluster_block_exception' } } },
  { kind: 'answer', status: 504 },
  { kind: 'refuse' },
];
const CARRIED_OUT: readonly ElasticsearchFault[] = [{ kind: 'hang' }, { kind: 'lose' }, { kind: 'cut' }];

describe('a request that is not carried out', () => {
  it.each(NOT_CARRIED_OUT)('is unavailable at once, without a retry of the client: $kind $status', async (fault) => {
    const { proxy, publish, elasticsearch, index, refused } = await opened();
    proxy.inject(fault);
    await expect(publish(1, hundred(1))).rejects.toThrow(Unavailable);
    expect(proxy.struck).toEqual([fault]);
    expect(proxy.bulkRequests()).toBe(1);
    expect(await stored(elasticsearch, index, hundred(1))).toEqual(new Map());
    expect(await publish(1, hundred(1))).toEqual({ written: 100, superseded: 0, refused: 0 });
    expect(await stored(elasticsearch, index, hundred(1))).toEqual(totals(1));
    expect(refused).toEqual([]);
  });
});

describe('a request that is carried out without an answer', () => {
  it.each(CARRIED_OUT)('loses nothing: repeated, it is superseded by itself: $kind', async (fault) => {
    const { proxy, publish, elasticsearch, index } = await opened(fault.kind === 'hang' ? HASTY_MS : PATIENT_MS);
    proxy.inject(fault);
    await expect(publish(3, hundred(3))).rejects.toThrow(Unavailable);
    expect(proxy.struck).toEqual([fault]);
    expect(proxy.bulkRequests()).toBe(1);
    await until('the request to be carried out', async () => (await stored(elasticsearch, index, hundred(3))).size > 0);
    expect(await publish(3, hundred(3))).toEqual({ written: 0, superseded: 100, refused: 0 });
    expect(await stored(elasticsearch, index, hundred(3))).toEqual(totals(3));
    expect(await publish(4, hundred(4))).toEqual({ written: 100, superseded: 0, refused: 0 });
    expect(await stored(elasticsearch, index, hundred(4))).toEqual(totals(4));
  });
});

describe('patience', () => {
  it('comes through one failure after another', async () => {
    const { proxy, publish, elasticsearch, index } = await opened();
    const faults: readonly ElasticsearchFault[] = [rejection, { kind: 'refuse' }, { kind: 'lose' }, { kind: 'cut' }];
    for (const fault of faults) proxy.inject(fault);
    let next = 0;
    await patience.until(() => {
      next += 1;
      return publish(next, hundred(7));
    });
    expect(proxy.struck).toEqual(faults);
    expect(await stored(elasticsearch, index, hundred(7))).toEqual(totals(7));
  });

  it('outlasts a server that is away, and comes back by itself', async () => {
    const { proxy, publish, elasticsearch, index } = await opened();
    await proxy.stop();
    let attempts = 0;
    const published = patience.until(() => {
      attempts += 1;
      return publish(1, hundred(1));
    });
    await until('several attempts', async () => attempts >= 3);
    const again = await elasticsearchProxy(inject('ELASTICSEARCH_URL'), Number(new URL(proxy.url).port));
    closing.push(() => again.stop());
    expect(await published).toEqual({ written: 100, superseded: 0, refused: 0 });
    expect(await stored(elasticsearch, index, hundred(1))).toEqual(totals(1));
  });
});

describe('single documents of a request', () => {
  it('that a shard does not take now (503) are waited for; the others are written', async () => {
    const { proxy, publish, elasticsearch, index, refused } = await opened();
    proxy.inject({ kind: 'reject items', places: [0, 41, 99], status: 503, type: 'unavailable_shards_exception' });
    await expect(publish(5, hundred(5))).rejects.toThrow(Unavailable);
    expect((await stored(elasticsearch, index, hundred(5))).size).toBe(97);
    expect(await publish(5, hundred(5))).toEqual({ written: 3, superseded: 97, refused: 0 });
    expect(await stored(elasticsearch, index, hundred(5))).toEqual(totals(5));
    expect(refused).toEqual([]);
  });

  it('that a shard has no room for now (429) go again, without the others', async () => {
    const { proxy, publish, elasticsearch, index, refused } = await opened();
    proxy.inject({ kind: 'reject items', places: [0, 41, 99], status: 429, type: 'es_rejected_execution_exception' });
    expect(await publish(5, hundred(5))).toEqual({ written: 100, superseded: 0, refused: 0 });
    expect(proxy.bulkRequests()).toBe(2);
    expect(await stored(elasticsearch, index, hundred(5))).toEqual(totals(5));
    expect(refused).toEqual([]);
  });

  it('are each judged by its own outcome', async () => {
    const { publish, elasticsearch, index, refused } = await opened();
    await publish(9, [{ id: 'o-50', stored: { orderId: 'o-50', total: 9 } }]);
    const documents = hundred(5).map((document, i) =>
      i === 37 ? { id: 'o-37', stored: { orderId: 'o-37', total: '王芳 13800000000' } } : document,
    );
    expect(await publish(5, documents)).toEqual({ written: 98, superseded: 1, refused: 1 });
    expect(await stored(elasticsearch, index, documents)).toEqual(
      new Map([...totals(5)].filter(([id]) => id !== 'o-37').map(([id]) => [id, id === 'o-50' ? 9 : 5])),
    );
    // The reason must not quote what does not fit: it may be personal data.
    const reason = expect.stringMatching(/^document_parsing_exception: field \[total\] of type \[long\]/) as string;
    expect(refused).toEqual([{ target: TARGET, id: 'o-37', ticket: 5, reason }]);
    expect(JSON.stringify(refused)).not.toContain('王芳');
  });
});

const BLOCKS = ['write', 'read_only', 'read_only_allow_delete'] as const;

describe('an index that takes no writes for a while', () => {
  it.each(BLOCKS)('is waited for, and loses nothing: index.blocks.%s', async (block) => {
    const { publish, elasticsearch, index, refused } = await opened();
    const set = (value: true | null) =>
      elasticsearch.indices.putSettings({ index, settings: { [`index.blocks.${block}`]: value } });
    await set(true);
    onTestFinished(async () => void (await set(null).catch(() => {})));
    let attempts = 0;
    const published = patience.until(() => {
      attempts += 1;
      return publish(attempts, hundred(1));
    });
    await until('a second attempt', async () => attempts >= 2);
    await set(null);
    expect(await published).toEqual({ written: 100, superseded: 0, refused: 0 });
    expect(refused).toEqual([]);
  });

  it('is waited for when it is closed', async () => {
    const { publish, elasticsearch, index, refused } = await opened();
    await elasticsearch.indices.close({ index });
    await expect(publish(1, hundred(1))).rejects.toThrow(Unavailable);
    await elasticsearch.indices.open({ index });
    expect(await publish(1, hundred(1))).toEqual({ written: 100, superseded: 0, refused: 0 });
    expect(refused).toEqual([]);
  });
});

describe('a request that is too large', () => {
  it('goes again in halves', async () => {
    const { proxy, publish, elasticsearch, index } = await opened();
    proxy.inject({ kind: 'answer', status: 413 }, 3);
    expect(await publish(1, hundred(1))).toEqual({ written: 100, superseded: 0, refused: 0 });
    expect(proxy.bulkRequests()).toBe(7);
    expect(await stored(elasticsearch, index, hundred(1))).toEqual(totals(1));
  });

  it('leaves out the one document that the server never takes', async () => {
    const { publish, elasticsearch, index, refused } = await opened();
    // http.max_content_length is 100 MB unless it is set.
    const huge = { id: 'o-huge', stored: { orderId: 'o-huge', city: 'x'.repeat(101 * 1024 * 1024) } };
    const [first, ...others] = hundred(1);
    const documents = [...(first === undefined ? [] : [first]), huge, ...others];
    expect(await publish(1, documents)).toEqual({ written: 100, superseded: 0, refused: 1 });
    expect(await stored(elasticsearch, index, hundred(1))).toEqual(totals(1));
    expect(refused.map(({ id }) => id)).toEqual(['o-huge']);
  });

  it('is told from one that a single document spoils', async () => {
    const { publish, elasticsearch, index, refused } = await opened();
    // More than 512 bytes: Elasticsearch refuses the whole request.
    const spoiling = { id: 'x'.repeat(600), stored: { orderId: 'x', total: 1 } };
    expect(await publish(1, [...hundred(1), spoiling])).toEqual({ written: 100, superseded: 0, refused: 1 });
    expect(await stored(elasticsearch, index, hundred(1))).toEqual(totals(1));
    expect(refused.map(({ id }) => id)).toEqual([spoiling.id]);
  });
});

describe('what does not pass by itself', () => {
  it.each([
    {
      fault: { kind: 'answer', status: 401 },
      sentence: /does not allow writes to .*: check the credentials in ELASTICSEARCH_URL/,
    },
    {
      fault: { kind: 'answer', status: 403 },
      sentence: /does not allow writes to .*: check the credentials in ELASTICSEARCH_URL/,
    },
    { fault: { kind: 'answer', status: 404 }, sentence: /is gone: Elasticsearch lost data .*--new-generation/ },
    {
      fault: { kind: 'answer', status: 405 },
      sentence: /check that ELASTICSEARCH_URL is the address of Elasticsearch itself/,
    },
    { fault: { kind: 'answer', status: 302, headers: { location: '/login' } }, sentence: /redirects nowhere/ },
    { fault: { kind: 'answer', status: 200, headers: { 'x-elastic-product': '' } }, sentence: /not Elasticsearch/ },
    { fault: { kind: 'answer', status: 200, body: { items: [] } }, sentence: /something else than 100 outcomes/ },
    {
      fault: { kind: 'reject items', places: [3], status: 403, type: 'security_exception' },
      sentence: /check the credentials/,
    },
  ] as const)('stops with a sentence: $fault.kind $fault.status', async ({ fault, sentence }) => {
    const { proxy, publish } = await opened();
    proxy.inject(fault);
    const publishing = patience.until(() => publish(1, hundred(1)));
    await expect(publishing).rejects.toThrow(sentence);
    await expect(publishing).rejects.not.toThrow(Unavailable);
  });

  it('stops when the index is gone, and when only its alias is', async () => {
    const { publish, elasticsearch, index } = await opened();
    await elasticsearch.indices.deleteAlias({ index, name: writeAliasOf(index) });
    await expect(patience.until(() => publish(1, hundred(1)))).rejects.toThrow(/is gone: Elasticsearch lost data/);
    await elasticsearch.indices.delete({ index });
    await expect(patience.until(() => publish(1, hundred(1)))).rejects.toThrow(/is gone: Elasticsearch lost data/);
    expect(await elasticsearch.indices.exists({ index })).toBe(false);
  });
});

describe('after a failure', () => {
  it('no further pieces of the same request are sent', async () => {
    const { proxy, publish } = await opened();
    const city = 'x'.repeat(30_000);
    const documents = Array.from({ length: 400 }, (_, i) => ({ id: `o-${i}`, stored: { orderId: `o-${i}`, city } }));
    proxy.inject({ kind: 'answer', status: 503 }, 2);
    await expect(publish(1, documents)).rejects.toThrow(Unavailable);
    expect(proxy.bulkRequests()).toBe(2);
  });
});
