import type { Client } from '@elastic/elasticsearch';
import { HIDDEN_FIELD } from '../../../runtime/records.js';
import { inLanes } from '../../pipeline/lanes.js';
import { type OutgoingDocument, type Ticket, Unavailable } from '../../ports.js';
import { refusalReason } from './refusal-reason.js';
import { type BulkItem, verdictOfFailure, verdictOfItem } from './verdicts.js';
import { adviceOn, writeAliasOf } from './write-alias.js';

/** The requests are about this large: larger ones gain nothing, smaller ones cost round trips. */
const PIECE_BYTES = 2 * 1024 * 1024;
const REQUESTS_IN_FLIGHT = 2;
/** What a document that is larger than a piece gets for as much of it as a piece has: such a one takes seconds to index. */
const LARGE_PIECE_MS = 30_000;
const PATH_QUERY = 'require_alias=true&filter_path=errors,items.*.status,items.*.error';

export interface BulkOutcome {
  readonly superseded: number;
  /** The documents that Elasticsearch refuses for good, with a reason that quotes none of their content. */
  readonly refused: readonly Refused[];
}

interface Refused {
  readonly id: string;
  readonly reason: string;
}

interface BulkReply {
  readonly items?: readonly { readonly index: BulkItem }[];
}

interface Piece {
  readonly ids: readonly string[];
  readonly body: string;
}

/**
 * Writes whole documents with the ticket as external version: Elasticsearch refuses one that is not higher than the
 * stored one. https://www.elastic.co/guide/en/elasticsearch/reference/8.19/docs-index_.html#index-versioning
 * What each outcome means stands in verdicts.ts.
 * @throws Unavailable when the cluster, or any document's shard, does not take writes now.
 * @throws Error when the index is gone, may not be written to, or the server is something else.
 */
export async function bulkIndex(
  client: Client,
  index: string,
  ticket: Ticket,
  documents: readonly OutgoingDocument[],
): Promise<BulkOutcome> {
  let superseded = 0;
  const refused: Refused[] = [];
  const send = async (piece: Piece): Promise<void> => {
    const items = await sendPiece(client, index, piece);
    if (items === 'split') {
      const alone = piece.ids.length === 1 ? piece.ids[0] : undefined;
      if (alone === undefined) for (const half of halvesOf(piece)) await send(half);
      else refused.push({ id: alone, reason: 'Elasticsearch refuses the request with this document alone (400, 413)' });
      return;
    }
    const settled = settle(piece, items, index);
    superseded += settled.superseded;
    refused.push(...settled.refused);
  };
  await inLanes(piecesOf(ticket, documents), REQUESTS_IN_FLIGHT, send);
  return { superseded, refused };
}

/** What needs an operator is told before what passes by itself. */
function settle({ ids }: Piece, items: readonly BulkItem[], index: string): BulkOutcome {
  let superseded = 0;
  let unavailable: Unavailable | null = null;
  const refused: Refused[] = [];
  items.forEach((item, i) => {
    switch (verdictOfItem(item)) {
      case 'done':
        break;
      case 'superseded':
        superseded += 1;
        break;
      case 'wait':
        unavailable ??= new Unavailable(`Elasticsearch does not take writes to ${index} now: ${describe(item)}`);
        break;
      case 'quarantine':
        refused.push({ id: ids[i] ?? '', reason: refusalReason(item) });
        break;
      case 'stop':
        throw new Error(`${adviceOn(item.status, index)} (${describe(item)})`);
    }
  });
  if (unavailable !== null) throw unavailable;
  return { superseded, refused };
}

/** One item for each document of the piece, or `split`. */
async function sendPiece(client: Client, index: string, { ids, body }: Piece): Promise<readonly BulkItem[] | 'split'> {
  try {
    const path = `/${encodeURIComponent(writeAliasOf(index))}/_bulk`;
    const reply = await client.transport.request<BulkReply>(
      { method: 'POST', path, querystring: PATH_QUERY, bulkBody: body },
      body.length <= PIECE_BYTES ? {} : { requestTimeout: Math.ceil(body.length / PIECE_BYTES) * LARGE_PIECE_MS },
    );
    if (reply.items?.length === ids.length) return reply.items.map(({ index: item }) => item);
  } catch (error) {
    switch (verdictOfFailure(error)) {
      case 'wait':
        throw new Unavailable(`Elasticsearch could not be reached: ${messageOf(error)}`, { cause: error });
      case 'split':
        return 'split';
      case 'stop':
        if (statusOf(error) === undefined) throw error;
        throw new Error(`${adviceOn(statusOf(error), index)} (${messageOf(error)})`, { cause: error });
    }
  }
  throw new Error(
    `Elasticsearch answered a bulk request of ${ids.length} documents with something else than ${ids.length} ` +
      'outcomes. Check that ELASTICSEARCH_URL is the address of Elasticsearch itself and redirects nowhere.',
  );
}

function halvesOf({ ids, body }: Piece): Piece[] {
  const lines = body.trimEnd().split('\n');
  const half = Math.floor(ids.length / 2);
  return [
    { ids: ids.slice(0, half), body: `${lines.slice(0, half * 2).join('\n')}\n` },
    { ids: ids.slice(half), body: `${lines.slice(half * 2).join('\n')}\n` },
  ];
}

function* piecesOf(ticket: Ticket, documents: readonly OutgoingDocument[]): Generator<Piece> {
  let ids: string[] = [];
  let body = '';
  for (const { id, stored } of documents) {
    const source = stored === null ? { [HIDDEN_FIELD]: true } : { ...stored, [HIDDEN_FIELD]: false };
    const lines = `{"index":{"_id":${JSON.stringify(id)},"version":${ticket},"version_type":"external"}}\n${JSON.stringify(source)}\n`;
    // One that is larger goes alone.
    if (ids.length > 0 && body.length + lines.length > PIECE_BYTES) {
      yield { ids, body };
      ids = [];
      body = '';
    }
    body += lines;
    ids.push(id);
  }
  if (ids.length > 0) yield { ids, body };
}

/** The HTTP status of a client error; `undefined` when there was no answer. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For outcomes that concern the index, not the document: these sentences quote no content. */
function describe({ status, error }: BulkItem): string {
  return error === undefined ? `status ${status}` : `${error.type}: ${error.reason ?? `status ${status}`}`;
}
