/** What must hold before anything is read, the same for every route: the generation served, and who asks. */
import type { Request, Response } from 'express';
import type { View } from '../../mappings/contract.js';
import { whenOver } from '../../runtime/http/over.js';
import { principalOf } from '../access/identify.js';
import { requireScope } from '../access/visibility.js';
import { Problem } from '../http/problems.js';
import { queryStringOf } from '../http/request-target.js';
import type { AnswerShare } from '../limits/answer-room.js';
import { callerOf } from '../limits/caller.js';
import { workOf } from '../limits/work.js';
import type { DocumentQuery, Found } from '../ports/document-query.js';
import type { CallerOptions } from '../ports/documents.js';
import { documentsOf } from '../ports/documents.js';
import type { Served } from '../ports/generations.js';
import type { Principal } from '../ports/principal.js';
import { type ParameterError, readQueryString, valuesByName } from '../query/given.js';
import { AS_OF } from '../query/parameters.js';
import { type RouteContext, readerOf } from './context.js';

export interface Reading {
  readonly served: Served;
  /** Why nothing can be read after all: told once it is known that nothing is wrong with the parameters. */
  readonly refusal: Problem | null;
  readonly principal: Principal;
  /** For every question to a store: ends when the caller goes away. */
  readonly options: CallerOptions;
  /** What the answer may hold in memory. */
  readonly share: AnswerShare;
}

/** What makes an answer smaller, by its parameters. */
export const SMALLER = {
  size: { parameter: 'size', message: 'give a smaller one' },
  fields: { parameter: 'fields', message: 'name the fields that you need, and no large ones' },
  facets: { parameter: 'facets', message: 'ask for fewer of them at a time' },
  q: { parameter: 'q', message: 'give more of what is completed' },
} as const satisfies Record<string, ParameterError>;

/**
 * `cure`: what its caller can do when the answer is too large.
 * @throws Problem when the caller may not read the view, or NotReady
 */
export async function beginReading(
  context: RouteContext,
  request: Request,
  response: Response,
  view: View,
  cure: readonly ParameterError[],
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
    ...sharing(context, request, response, principal, cure),
  };
}

/** A page of documents, with the room that the answer has. @throws as `AnswerShare.read` */
export function search(
  context: RouteContext,
  { served, options, share }: Pick<Reading, 'served' | 'options' | 'share'>,
  view: View,
  query: DocumentQuery,
): Promise<Found> {
  const documents = documentsOf(view, served);
  const pages = context.largePages[view.storage.store];
  return share.read(
    (bytesMax) => readerOf(context, view).search(documents, query, { ...options, bytesMax }),
    pages && ((bytesMax) => pages.bytesOf(documents, query, { ...options, bytesMax })),
  );
}

/** Until the answer is sent, or its caller is gone. */
function sharing(
  { answers }: RouteContext,
  request: Request,
  response: Response,
  principal: Principal,
  cure: readonly ParameterError[],
): Pick<Reading, 'options' | 'share'> {
  const options = readOptionsFor(request, response, principal);
  const share = answers.open(options.caller, options.signal, cure);
  whenOver(response, share.release);
  return { options, share };
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
export function readOptionsFor(request: Request, response: Response, principal: Principal): CallerOptions {
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
