/** Callers who ask what a shop's front end asks, over kept-alive connections. */
import http from 'node:http';
import { numbered } from '../../bench/synthetic-shop.js';
import { PATIENCE_MS } from './repertoire/attack.js';
import { endingOf } from './repertoire/raw.js';
import type { Answered } from './verdict.js';

/** Before the API closes an idle connection (after 10 s): a request that meets the close would look like a refusal. */
const IDLE_MS = 4_000;

export interface Reply {
  readonly status: number;
  readonly body: string;
}

export class HonestCallers {
  private readonly agent = new http.Agent({ keepAlive: true, timeout: IDLE_MS });

  /** @param orders how many there are at least, as the shop numbers them. */
  constructor(
    private readonly url: string,
    private readonly keys: readonly string[],
    private readonly orders: number,
  ) {}

  /** The i-th question, by one after another of the callers. */
  async ask(i: number): Promise<Answered> {
    const begun = performance.now();
    const ending = await this.get(this.question(i), this.keys[i % this.keys.length]).then(
      ({ status, body }) => endingOf(`HTTP/1.1 ${status} ${status < 400 ? '' : body}`) ?? 'no answer',
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
    return { ending, ms: performance.now() - begun };
  }

  /** @throws when there is no answer. */
  get(path: string, key = this.keys[0] ?? ''): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const request = http.get(this.url + path, { agent: this.agent, headers: { 'x-api-key': key } });
      const patience = setTimeout(() => request.destroy(new Error('not answered in time')), PATIENCE_MS);
      request.on('close', () => clearTimeout(patience));
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      });
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private question(i: number): string {
    const questions = QUESTIONS[i % QUESTIONS.length] ?? QUESTIONS[0];
    return questions(`${numbered('o', i % this.orders)}-0`, `${numbered('c', i % this.customers)}-0`);
  }

  /** There is one for every eight orders. */
  private get customers(): number {
    return Math.ceil(this.orders / 8);
  }
}

type Question = (orderId: string, customerId: string) => string;

const QUESTIONS: readonly [Question, ...Question[]] = [
  (orderId) => `/v1/orders/${orderId}`,
  () => '/v1/orders?size=20',
  (_, customerId) => `/v1/customers/${customerId}`,
  () => '/v1/products?sort=-sales30d&size=20',
  (_, customerId) => `/v1/customers/${customerId}/orders?size=10`,
  () => '/v1/orders?status=paid&facets=status&size=20',
  () => '/v1/products?q=product&highlight=true',
  () => '/v1/customers?sort=-totalSpent&size=20',
  () => '/v1/suggest?q=prod',
  (orderId) => `/v1/orders?q=${orderId}`,
];
