/** What the query API answers, read over HTTP as any client would. */

import type { Topic } from '../recomputation-documents.js';
import { until } from '../until.js';

/** Each view has the name of its aggregate's topic. */
export type ViewName = Topic;

export type Document = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Freshness {
  readonly lagEvents: number | null;
  readonly lagMs: number | null;
  readonly refused: number | null;
  readonly asOf: string;
}

export interface ListAnswer {
  readonly data: readonly Document[];
  readonly page: { readonly size: number; readonly number: number | null; readonly next: string | null };
  readonly total: { readonly value: number; readonly relation: string };
  readonly freshness: Freshness;
}

export const ID_FIELDS: Readonly<Record<ViewName, string>> = {
  customers: 'customerId',
  products: 'productId',
  orders: 'orderId',
};

/** Lists leave nothing out with these. */
const EVERYTHING: Readonly<Record<ViewName, string>> = {
  customers: '',
  products: '',
  orders: 'includeCancelled=true&',
};

export class Answers {
  constructor(readonly base: string) {}

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const response = await fetch(`${this.base}${path}`, { headers });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  /** `null` when there is none. */
  async document(view: ViewName, id: string): Promise<Document | null> {
    const path = `/v1/${view}/${encodeURIComponent(id)}`;
    const { status, body } = await this.get(path);
    if (status === 404) return null;
    return (expectStatus(path, status, body) as { data: Document }).data;
  }

  /** @throws Error when the answer is no list. */
  async list(pathAndQuery: string): Promise<ListAnswer> {
    const { status, body } = await this.get(`/v1/${pathAndQuery}`);
    return expectStatus(pathAndQuery, status, body) as ListAnswer;
  }

  /** Pages through a list by cursor. `between` is called before each further page. */
  async pages(pathAndQuery: string, between: () => Promise<void> = async () => {}): Promise<Document[]> {
    const first = await this.list(pathAndQuery);
    const documents = [...first.data];
    for (let next = first.page.next; next !== null; ) {
      await between();
      const further = await this.list(`${pathAndQuery}&cursor=${encodeURIComponent(next)}`);
      documents.push(...further.data);
      next = further.page.next;
    }
    return documents;
  }

  /** Every document of a view by its id, those that lists hide by default included. */
  async everything(view: ViewName, further = ''): Promise<Map<string, Document>> {
    const documents = await this.pages(`${view}?${EVERYTHING[view]}size=100${further}`);
    const found = new Map(documents.map((document) => [String(document[ID_FIELDS[view]]), document]));
    if (found.size !== documents.length) {
      throw new Error(`The list of ${view} gave ${documents.length} documents with ${found.size} different ids.`);
    }
    return found;
  }

  async lagEvents(): Promise<number | null> {
    return (await this.list('customers?size=1')).freshness.lagEvents;
  }

  /** The same, from the first answer that says it: a busy API answers without. */
  async waitingEvents(): Promise<number> {
    let waiting: number | null = null;
    await until('an answer that says how many events wait', async () => {
      waiting = await this.lagEvents();
      return waiting !== null;
    });
    return waiting ?? 0;
  }

  /**
   * Resolves when everything that Kafka had acknowledged before is projected. Asks twice: one answer may rest on ends
   * of the topics that were read for an earlier question.
   */
  async caughtUp(timeoutMs = 60_000): Promise<void> {
    await until(
      'no events waiting (freshness.lagEvents 0)',
      async () => (await this.lagEvents()) === 0 && (await this.lagEvents()) === 0,
      timeoutMs,
    );
  }
}

function expectStatus(path: string, status: number, body: unknown): unknown {
  if (status === 200) return body;
  throw new Error(`${path} was answered with ${status}: ${JSON.stringify(body)}`);
}
