/**
 * The routes under /v1. Each is declared with its price, and found by exactly its path: no other spelling of it is
 * answered, let alone for less.
 */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Price } from '../limits/prices.js';

/** What costs nothing may have a slash at its end. */
export const FREE = { caseSensitive: true } as const;

/** Both express's options that make a path mean itself only: `/V1/orders` and `/v1/orders/` are other paths. */
export const EXACT = { caseSensitive: true, strict: true } as const;

type Path = `/v1/${string}`;
type Answering<Parameters> = (request: Request<Parameters>, response: Response) => Promise<void>;

export class PricedRoutes {
  readonly router = Router(EXACT);
  readonly #pay: (price: Price) => RequestHandler;

  /** `pay`: what takes a price from the caller, or refuses. */
  constructor(pay: (price: Price) => RequestHandler) {
    this.#pay = pay;
  }

  /** HEAD costs as much: all is done for it but the sending. */
  get<Parameters = Record<string, never>>(path: Path, price: Price, answer: Answering<Parameters>): void {
    const pay: RequestHandler<Parameters> = this.#pay(price) as RequestHandler<never> as RequestHandler<Parameters>;
    this.router.get(path, pay, answer as RequestHandler<Parameters>);
  }
}
