/** What must hold before anything is read, the same for every route: the generation served, and who asks. */
import type { Request, Response } from 'express';
import type { View } from '../../mappings/contract.js';
import { whenOver } from '../../runtime/http/over.js';
import { principalOf } from '../access/identify.js';
import type { Principal } from '../access/principal.js';
import { requireScope } from '../access/visibility.js';
import { queryStringOf } from '../http/request-target.js';
import { callerOf } from '../limits/caller.js';
import { workOf } from '../limits/work.js';
import type { ReadOptions, Served } from '../ports.js';
import { Problem } from '../problems.js';
import { readQueryString, valuesByName } from '../query/given.js';
import { AS_OF } from '../query/parameters.js';
import type { RouteContext } from './context.js';

export interface Reading {
  readonly served: Served;
  /** Why nothing can be read after all: told once it is known that nothing is wrong with the parameters. */
  readonly refusal: Problem | null;
  readonly principal: Principal;
  /** For every question to a store: ends when the caller goes away. */
  readonly options: Required<ReadOptions>;
}

/** @throws Problem when the caller may not read the view, or NotReady */
export async function beginReading(
  context: RouteContext,
  request: Request,
  response: Response,
  view: View,
): Promise<Reading> {
  const principal = principalOf(response);
  requireScope(principal, view.queries.access.scope);
  const served = await context.generations.live();
  const [name = ''] = valuesByName(readQueryString(queryStringOf(request)).pairs).get(AS_OF.name) ?? [];
  const snapshot = name === '' ? null : findSnapshot(served, name, context);
  return {
    served: snapshot?.served ?? served,
    refusal: snapshot?.refusal ?? null,
    principal,
    options: readOptionsFor(request, response, principal),
  };
}

/** What is served instead of the present documents. */
function findSnapshot(
  { registry }: Served,
  name: string,
  { definitions }: RouteContext,
): { readonly served?: Served; readonly refusal?: Problem } {
  const all = registry.generations.filter(({ snapshot, phase }) => snapshot !== undefined && phase === 'frozen');
  const found = all.find(({ snapshot }) => snapshot?.name === name);
  if (found === undefined) {
    const names = all.map(({ snapshot }) => snapshot?.name).join(', ');
    const detail = `There is no snapshot of this name, or it is not complete; there are: ${names || 'none'}.`;
    return { refusal: new Problem('unknown-snapshot', detail) };
  }
  if (JSON.stringify(found.definitions) !== JSON.stringify(definitions)) {
    const detail = 'The views are declared otherwise since the snapshot was taken. Take it anew.';
    return { refusal: new Problem('unknown-snapshot', detail) };
  }
  return { served: { registry, live: found } };
}

/** For every question that is asked for the answer: for whom, and until when. */
export function readOptionsFor(request: Request, response: Response, principal: Principal): Required<ReadOptions> {
  const caller = callerOf(principal, request.socket.remoteAddress);
  return { signal: signalOf(response), caller, work: workOf(response) };
}

function signalOf(response: Response): AbortSignal {
  const controller = new AbortController();
  whenOver(response, (isAnswered) => {
    if (!isAnswered) controller.abort();
  });
  return controller.signal;
}
