/** What must hold before anything is read, the same for every route: the generation served, and who asks. */
import type { Request, Response } from 'express';
import type { View } from '../../mappings/contract.js';
import { principalOf } from '../access/identify.js';
import type { Principal } from '../access/principal.js';
import { requireScope } from '../access/visibility.js';
import type { ReadOptions, Served } from '../ports.js';
import type { RouteContext } from './context.js';

export interface Reading {
  readonly served: Served;
  readonly principal: Principal;
  /** For every question to a store: ends when the caller goes away. */
  readonly options: ReadOptions;
}

/** @throws Problem when the caller may not read the view, or NotReady */
export async function beginReading(
  context: RouteContext,
  _request: Request,
  response: Response,
  view: View,
): Promise<Reading> {
  const principal = principalOf(response);
  requireScope(principal, view.queries.access.scope);
  const options = { signal: signalOf(response) };
  return { served: await context.generations.live(), principal, options };
}

function signalOf(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
