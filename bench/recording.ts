/** Documents in requests of the projector's size, in files, so that the bare limit can send the very same. */
import type { ViewName } from '../mappings/contract.js';
import { views } from '../mappings/registry.js';
import { composeProjector } from '../projector/composition/process.js';
import { projectorSettings } from '../projector/composition/settings.js';
import type { DocumentScan, DocumentStore, Published } from '../projector/ports/documents.js';
import { createLog } from '../runtime/log.js';
import { readSettings } from '../runtime/settings.js';
import { HIDDEN_FIELD, TICKET_FIELD } from '../runtime/storage/records.js';
import type { History } from './feed.js';
import { projectorEnvironment } from './processes.js';
import { RequestFiles, type RequestText } from './request-files.js';
import type { Workbench } from './workbench.js';

interface Written {
  readonly id: string;
  /** `null`: a tombstone. */
  readonly stored: Readonly<Record<string, unknown>> | null;
}

/** The limits of the projector's own requests. */
const BULK_BYTES = 2 * 1024 * 1024;
const REPLACEMENTS_PER_REQUEST = 1000;
const PAGE_DOCUMENTS = 1000;
const LOOK_MS = 100;

/**
 * One run of the projector, not timed, that leaves in the folder all documents that it sent, request by request.
 * @returns the number of distinct documents.
 */
export async function recordRun(
  { ground }: Workbench,
  history: History,
  namespace: string,
  folder: string,
): Promise<number> {
  const files = await RequestFiles.begin(folder);
  const seen = new Set<string>();
  const around = (documents: DocumentStore): DocumentStore => ({
    publish: async (target, ticket, outgoing, signal): Promise<Published> => {
      const all = [...outgoing];
      for (const { id } of all) seen.add(`${target.view}/${id}`);
      for (const piece of requestsOf(target.view, ticket, all)) await files.add(target.view, piece);
      return documents.publish(target, ticket, all, signal);
    },
  });
  const environment = projectorEnvironment(ground.addresses, { topics: history.topics, namespace });
  const settings = readSettings(projectorSettings, { ...environment, ADMIN_PORT: '0', LOG_LEVEL: 'warn' });
  // Within the bench's own process, where something may stand between it and the stores.
  const projector = await composeProjector(settings, createLog('projector in the bench', settings.LOG_LEVEL), {
    startNew: false,
    aroundDocuments: around,
  });
  const ended = projector.run();
  const derived = ground.derived(namespace);
  const done = async () => {
    while (!(await derived.hasReached(history.ends))) await new Promise((wake) => setTimeout(wake, LOOK_MS));
  };
  const early = ended.then(() => {
    throw new Error('The projector ended before it had caught up.');
  });
  await Promise.race([done(), early]).finally(() => projector.stop());
  early.catch(() => {});
  await ended;
  await files.end();
  await ground.clear(namespace);
  return seen.size;
}

/**
 * Documents as they are, each once.
 * @param sizes the views, and how many documents a request has at most; without them all views, as full as they get.
 * @returns the number of documents.
 */
export async function recordDocuments(
  documents: DocumentScan,
  folder: string,
  version: number,
  sizes: ReadonlyMap<ViewName, number> = new Map(
    Object.values(views).map(({ name }) => [name, Number.POSITIVE_INFINITY]),
  ),
): Promise<number> {
  const files = await RequestFiles.begin(folder);
  let count = 0;
  for (const [view, documentsMax] of sizes) {
    const all: Written[] = [];
    for await (const page of documents.pages({ view, revision: 1 }, PAGE_DOCUMENTS)) all.push(...page);
    for (const request of requestsOf(view, version, all, documentsMax)) await files.add(view, request);
    count += all.length;
  }
  await files.end();
  return count;
}

/** Bodies of `_bulk`, or lists of MongoDB's documents. */
function* requestsOf(
  view: ViewName,
  version: number,
  all: readonly Written[],
  documentsMax = Number.POSITIVE_INFINITY,
): Generator<RequestText> {
  const isBulk = views[view].storage.store === 'elasticsearch';
  const limit = isBulk ? documentsMax : Math.min(documentsMax, REPLACEMENTS_PER_REQUEST);
  let parts: string[] = [];
  let bytes = 0;
  const request = (): RequestText => ({
    text: isBulk ? parts.join('') : `[${parts.join(',')}]`,
    documents: parts.length,
  });
  for (const written of all) {
    const part = isBulk ? bulkLines(written, version) : replacement(written, version);
    parts.push(part);
    bytes += part.length;
    if (parts.length < limit && (!isBulk || bytes < BULK_BYTES)) continue;
    yield request();
    parts = [];
    bytes = 0;
  }
  if (parts.length > 0) yield request();
}

function bulkLines({ id, stored }: Written, version: number): string {
  const source = { ...stored, [HIDDEN_FIELD]: stored === null };
  return `${JSON.stringify({ index: { _id: id, version, version_type: 'external' } })}\n${JSON.stringify(source)}\n`;
}

function replacement({ id, stored }: Written, version: number): string {
  return JSON.stringify({ _id: id, [TICKET_FIELD]: version, [HIDDEN_FIELD]: stored === null, ...stored });
}
