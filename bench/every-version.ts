/**
 * The requests of somebody who writes every version: for each event, each document that it touches by itself. The
 * contents are the recorded ones: a document's recorded versions are spread over all its versions, in order.
 */
import { readFile } from 'node:fs/promises';
import type { DerivationSettings, ViewName } from '../mappings/contract.js';
import { views } from '../mappings/registry.js';
import type { SourceRecord } from '../projector/ports.js';
import { TICKET_FIELD } from '../runtime/records.js';
import type { SampleEvent } from '../sample/events.js';
import { messageOf } from './feed.js';
import {
  BULK_BYTES,
  bulkLines,
  dataFile,
  REPLACEMENTS_PER_REQUEST,
  type RecordedRequest,
  RequestFiles,
  readIndex,
} from './request-files.js';
import { Versions } from './versions.js';

const NEWLINE = 0x0a;

interface Key {
  readonly view: ViewName;
  readonly id: string;
}

/** The recorded contents of one document, oldest first, and how many versions of it there are in all. */
interface Contents {
  readonly recorded: Buffer[];
  versions: number;
  written: number;
}

/** @returns the number of documents that are written. */
export async function recordEveryVersion(
  events: Iterable<SampleEvent>,
  settings: DerivationSettings,
  recording: string,
  folder: string,
): Promise<number> {
  const contents = await readContents(recording);
  const keys: Key[] = [];
  const versions = new Versions(settings);
  let offset = 0;
  for (const event of events) {
    for (const [view, ids] of versions.next(recordOf(event, offset)).byView) {
      for (const id of ids) {
        const known = contents.get(`${view}/${id}`);
        // Not founded when the history ends: never written.
        if (known === undefined) continue;
        known.versions += 1;
        keys.push({ view, id });
      }
    }
    offset += 1;
  }
  await writeRequests(keys, contents, folder);
  return keys.length;
}

async function writeRequests(
  keys: readonly Key[],
  contents: ReadonlyMap<string, Contents>,
  folder: string,
): Promise<void> {
  const files = await RequestFiles.begin(folder);
  const open = new Map<ViewName, string[]>();
  const sizes = new Map<ViewName, number>();
  const close = async (view: ViewName): Promise<void> => {
    const parts = open.get(view) ?? [];
    const { store } = views[view].storage;
    const text = store === 'elasticsearch' ? parts.join('') : `[${parts.join(',')}]`;
    if (parts.length > 0) await files.add(store, view, parts.length, text);
    open.set(view, []);
    sizes.set(view, 0);
  };
  // A number for each write is ticket and external version: of two writes of one document the later has the higher.
  for (const [number, { view, id }] of keys.entries()) {
    const content = nextContent(contents.get(`${view}/${id}`));
    const isBulk = views[view].storage.store === 'elasticsearch';
    const part = isBulk ? bulkLines(id, number + 1, content) : withTicket(content, number + 1);
    const parts = open.get(view) ?? [];
    parts.push(part);
    open.set(view, parts);
    sizes.set(view, (sizes.get(view) ?? 0) + part.length);
    const isFull = isBulk ? (sizes.get(view) ?? 0) >= BULK_BYTES : parts.length >= REPLACEMENTS_PER_REQUEST;
    if (isFull) await close(view);
  }
  for (const view of open.keys()) await close(view);
  await files.end();
}

function nextContent(contents: Contents | undefined): string {
  if (contents === undefined) return '{}';
  const { recorded, written, versions } = contents;
  contents.written += 1;
  return recorded[Math.floor((written * recorded.length) / versions)]?.toString() ?? '{}';
}

/** The content is JSON of an object with an `_id` first: what is said last counts. */
function withTicket(content: string, ticket: number): string {
  return `${content.slice(0, -1)},"${TICKET_FIELD}":${ticket}}`;
}

async function readContents(recording: string): Promise<Map<string, Contents>> {
  const contents = new Map<string, Contents>();
  const add = (view: ViewName, id: string, content: Buffer) => {
    const known = contents.get(`${view}/${id}`);
    if (known === undefined) contents.set(`${view}/${id}`, { recorded: [content], versions: 0, written: 0 });
    else known.recorded.push(content);
  };
  const { requests } = await readIndex(recording);
  const bulk = await readFile(dataFile(recording, 'elasticsearch'));
  for (const request of requests.elasticsearch)
    readBulk(bulk, request, (id, content) => add(request.view, id, content));
  const lists = await readFile(dataFile(recording, 'mongodb'));
  for (const { view, offset, bytes } of requests.mongodb) {
    const replacements = JSON.parse(lists.toString('utf8', offset, offset + bytes)) as { _id: string }[];
    for (const replacement of replacements) add(view, replacement._id, Buffer.from(JSON.stringify(replacement)));
  }
  return contents;
}

function readBulk(file: Buffer, { offset, bytes }: RecordedRequest, add: (id: string, content: Buffer) => void): void {
  for (let at = offset; at < offset + bytes; ) {
    const actionEnd = file.indexOf(NEWLINE, at);
    const sourceEnd = file.indexOf(NEWLINE, actionEnd + 1);
    const action = JSON.parse(file.toString('utf8', at, actionEnd)) as { index: { _id: string } };
    add(action.index._id, file.subarray(actionEnd + 1, sourceEnd));
    at = sourceEnd + 1;
  }
}

/** The event as Kafka would deliver it. */
function recordOf(event: SampleEvent, offset: number): SourceRecord {
  const { key, value } = messageOf(event);
  return {
    aggregate: event.topic,
    topic: event.topic,
    partition: 0,
    offset,
    timestamp: 0,
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers: { 'content-type': 'application/cloudevents+json' },
  };
}
