/** The whole API over readers in memory, on a port of its own, asked over HTTP. */
import { pino } from 'pino';
import { createApp } from '../../api/app.js';
import type { DocumentReader, Freshness, GenerationSource, Served } from '../../api/ports.js';
import { MemoryReader } from '../../api/readers/memory/reader.js';
import { HttpService } from '../../api/server.js';
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import type { RegistryRecord } from '../../runtime/records.js';

export const FRESH: Freshness = { lagEvents: 0, lagMs: 0, asOf: '2026-11-21T00:00:00.000Z' };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests look at
  readonly body: any;
}

export interface TestServer {
  readonly url: string;
  get(path: string, init?: RequestInit): Promise<Answer>;
  close(): Promise<void>;
}

export function servedOf(generation = 1): Served {
  const generations = [1, generation].map((number) => ({
    number,
    createdAt: new Date('2026-11-01T00:00:00Z'),
    revisions: { orders: 1, products: 1, customers: 1 },
    businessTimeZone: 'UTC',
    reportingCurrency: 'CNY',
  }));
  const registry: RegistryRecord = { _id: 'registry', live: generation, generations };
  const live = generations.at(-1);
  if (live === undefined) throw new Error('unreachable');
  return { registry, live };
}

/** Documents by view, as they are shown. */
export type Holdings = { readonly [View in ViewName]?: readonly object[] };

export function memoryReader(holdings: Holdings, generation = 1): MemoryReader {
  const reader = new MemoryReader();
  for (const view of Object.values(views)) {
    const stored = (holdings[view.name] ?? []).map((document) => {
      const id = String((document as Record<string, unknown>)[view.queries.id.name]);
      return [id, view.toStored(document, { businessTimeZone: 'UTC', reportingCurrency: 'CNY' })] as const;
    });
    reader.hold({ view, generation, revision: 1 }, stored);
  }
  return reader;
}

export async function serve(parts: {
  readonly elasticsearch: DocumentReader;
  readonly mongodb: DocumentReader;
  readonly generations?: GenerationSource;
}): Promise<TestServer> {
  const log = pino({ level: 'silent' });
  const context = {
    views,
    readers: { elasticsearch: parts.elasticsearch, mongodb: parts.mongodb },
    generations: parts.generations ?? { live: async () => servedOf() },
    freshness: { of: async () => FRESH },
    namespace: 'test',
    cursorSecret: undefined,
  };
  const settings = { host: '127.0.0.1', port: 0, requestTimeoutMs: 10_000 };
  const service = new HttpService(createApp(context, log), settings, log, async () => {});
  const url = `http://127.0.0.1:${await service.listen()}`;
  return {
    url,
    async get(path, init) {
      const response = await fetch(url + path, init);
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
    },
    close: () => service.stop(),
  };
}
