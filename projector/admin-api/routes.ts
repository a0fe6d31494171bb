/** `/admin/v1`: what the command line can do, as JSON. docs/operations.md has the table. */
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { ViewName } from '../../mappings/contract.js';
import { isDocumentId } from '../../mappings/events/identifier.js';
import { views } from '../../mappings/registry.js';
import type { Log } from '../../runtime/log.js';
import type { QuarantineChoice } from '../ports/quarantine.js';
import { actorOf, admit, jsonOnly } from './access.js';
import {
  discardBody,
  emptyBody,
  limitQuery,
  parsed,
  quarantineQuery,
  rebuildOptions,
  redriveBody,
  refreshBody,
  retryBody,
  snapshotBody,
  startBody,
  switchBody,
  verifyBody,
} from './bodies.js';
import { knownOnly } from './methods.js';
import type { AdminOperations } from './operations.js';
import { AdminProblem, answerProblems } from './problems.js';

const BODY_BYTES_MAX = '16kb';
const LISTED = 50;
const LISTED_MAX = 1000;
const WITH_QUERY = ['/audit', '/gaps', '/quarantine', '/refused'];

export function adminRoutes(operations: AdminOperations, token: string | null, log: Log): Router {
  const routes = Router();
  addQuestions(routes, operations);
  addRebuilding(routes, operations);
  addGenerations(routes, operations);
  addSnapshots(routes, operations);
  addMending(routes, operations);
  const router = Router();
  router.use(notStored, admit(token), knownOnly(routes));
  router.use(jsonOnly, express.json({ limit: BODY_BYTES_MAX }), noStrayQuery);
  router.use(routes, answerProblems(log));
  return router;
}

function addQuestions(router: Router, operations: AdminOperations): void {
  const ask = (path: string, answer: (request: Request) => Promise<object>) =>
    router.get(path, async (request, response) => void response.json(await answer(request)));
  ask('/status', () => operations.status());
  ask('/lag', () => operations.lag());
  ask('/jobs', () => operations.jobs());
  ask('/gaps', ({ query }) => operations.gaps(limitIn(parsed(limitQuery, query).limit)));
  ask('/rebuild', () => operations.rebuild());
  ask('/snapshots', () => operations.snapshots());
  ask('/doctor', () => operations.doctor());
  ask('/audit', ({ query }) => operations.audit(limitIn(parsed(limitQuery, query).limit)));
  ask('/quarantine', ({ query }) => {
    const { limit, handled, ...choice } = parsed(quarantineQuery, query);
    return operations.quarantine({ ...choiceOf(choice), handled: handled === 'true' }, limitIn(limit));
  });
  ask('/quarantine/:id', ({ params }) => operations.quarantined(String(params.id)));
  ask('/refused', ({ query }) => operations.refused(limitIn(parsed(limitQuery, query).limit)));
  ask('/refused/:view/:id', ({ params }) => operations.refusedDocument(viewIn(params.view), idIn(params.id)));
  ask('/explain/:view/:id', ({ params }) => operations.explain(viewIn(params.view), idIn(params.id)));
}

type Act = (
  request: Request,
  response: Response,
  action: string,
  parameters: Readonly<Record<string, unknown>>,
  work: () => Promise<object>,
) => Promise<void>;

/** Answers with what the work comes to; only who asks and the parameters are recorded of the request. */
function acting(operations: AdminOperations): Act {
  return async (request, response, action, parameters, work) =>
    void response.json(await operations.audited(actorOf(request), { action, parameters }, work));
}

function addRebuilding(router: Router, operations: AdminOperations): void {
  const act = acting(operations);
  router.post('/rebuild', async (request, response) => {
    const body = parsed(startBody, request.body);
    const options = rebuildOptions(body, operations.derivation);
    if (body.dryRun) response.json(await operations.plan(options));
    else {
      const start = async () => ({ generation: await operations.start(options) });
      await act(request, response.status(202), 'rebuild start', { ...options }, start);
    }
  });
  const simple = { pause: operations.pause, resume: operations.resume, cancel: operations.cancel } as const;
  for (const [name, work] of Object.entries(simple)) {
    router.post(`/rebuild/${name}`, (request, response) => {
      parsed(emptyBody, request.body);
      return act(request, response, `rebuild ${name}`, {}, async () => ({ generation: await work() }));
    });
  }
  router.post('/rollback', (request, response) => {
    parsed(emptyBody, request.body);
    return act(request, response, 'rebuild rollback', {}, async () => ({ live: await operations.rollBack() }));
  });
}

function addGenerations(router: Router, operations: AdminOperations): void {
  const act = acting(operations);
  router.post('/generations/:generation/verify', async (request, response) => {
    parsed(emptyBody, request.body);
    response.json(await operations.verify(generationIn(request)));
  });
  router.post('/generations/:generation/switch', (request, response) => {
    const { acceptDifferences } = parsed(switchBody, request.body);
    const generation = generationIn(request);
    return act(request, response, 'rebuild switch', { generation, acceptDifferences }, async () => {
      await operations.switch(generation, { acceptDifferences });
      return { live: generation };
    });
  });
  router.delete('/generations/:generation', (request, response) => {
    parsed(emptyBody, request.body);
    const generation = generationIn(request);
    return act(request, response, 'rebuild retire', { generation }, async () => {
      await operations.retire(generation);
      return { removed: generation };
    });
  });
}

function addSnapshots(router: Router, operations: AdminOperations): void {
  const act = acting(operations);
  router.post('/snapshots', async (request, response) => {
    const snapshot = parsed(snapshotBody, request.body);
    await act(request, response.status(202), 'snapshot', { ...snapshot }, async () => ({
      generation: await operations.takeSnapshot({ ...snapshot, settings: operations.derivation }),
    }));
  });
  router.delete('/snapshots/:name', async (request: Request<{ name: string }>, response) => {
    parsed(emptyBody, request.body);
    const { name } = request.params;
    await act(request, response, 'snapshot delete', { name }, async () => ({
      removed: await operations.deleteSnapshot(name),
    }));
  });
}

function addMending(router: Router, operations: AdminOperations): void {
  const act = acting(operations);
  router.post('/verify', async (request, response) => {
    const body = parsed(verifyBody, request.body);
    const verify = () => operations.verifyDocuments(body);
    if (body.repair) await act(request, response, 'verify --repair', { ...body }, verify);
    else response.json(await verify());
  });
  router.post('/refresh', (request, response) => {
    const { choice, replay } = parsed(refreshBody, request.body);
    return act(request, response, 'refresh', { ...choice, replay }, () => operations.refresh(choice, { replay }));
  });
  router.post('/refused/retry', (request, response) => {
    const choice = parsed(retryBody, request.body);
    const parameters = choice === 'all' ? { all: true } : choice;
    return act(request, response, 'refused retry', parameters, () => operations.retryRefused(choice));
  });
  router.post('/quarantine/redrive', async (request, response) => {
    const { all, dryRun, ...choice } = parsed(redriveBody, request.body);
    const redrive = () => operations.redrive(choiceOf(choice), { dryRun });
    if (dryRun) response.json(await redrive());
    else await act(request, response, 'quarantine redrive', { ...choice, all }, redrive);
  });
  router.post('/quarantine/discard', (request, response) => {
    const { id, reason } = parsed(discardBody, request.body);
    return act(request, response, 'quarantine discard', { id, reason }, async () => {
      await operations.discard(id, reason);
      return { discarded: id };
    });
  });
}

const notStored: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store').set('X-Content-Type-Options', 'nosniff');
  next();
};

/** What is said where nobody reads it was meant to be done: `POST /rebuild?dryRun=true` would start one. */
const noStrayQuery: RequestHandler = ({ path, query }, _response, next) => {
  const names = WITH_QUERY.includes(path) ? [] : Object.keys(query);
  if (names.length > 0) {
    const errors = names.map((name) => ({
      path: name,
      message: 'is no query parameter here; options belong in the body',
    }));
    throw new AdminProblem('invalid-body', 'See errors.', errors);
  }
  next();
};

function generationIn({ params }: Request): number {
  const text = String(params.generation);
  if (!/^\d{1,9}$/.test(text)) throw new AdminProblem('unknown-path', 'A generation is a number.');
  return Number(text);
}

function viewIn(name: unknown): ViewName {
  if (typeof name === 'string' && Object.hasOwn(views, name)) return name as ViewName;
  throw new AdminProblem('unknown-path', `The views are ${Object.keys(views).join(', ')}.`);
}

function idIn(id: unknown): string {
  if (typeof id === 'string' && isDocumentId(id)) return id;
  throw new AdminProblem('unknown-path', 'Nothing can have this id: see docs/events.md.');
}

/** What is not said must not be there at all. */
function choiceOf(given: {
  id?: string | undefined;
  key?: string | undefined;
  cause?: string | undefined;
}): QuarantineChoice {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function limitIn(given: unknown): number {
  if (given === undefined) return LISTED;
  const limit = typeof given === 'string' && /^\d{1,4}$/.test(given) ? Number(given) : 0;
  if (limit >= 1 && limit <= LISTED_MAX) return limit;
  const message = `must be a whole number from 1 to ${LISTED_MAX}`;
  throw new AdminProblem('invalid-body', 'See errors.', [{ path: 'limit', message }]);
}
