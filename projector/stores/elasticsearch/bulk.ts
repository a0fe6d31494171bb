import type { Client } from '@elastic/elasticsearch';
import { HIDDEN_FIELD } from '../../../runtime/records.js';
import { type OutgoingDocument, type Ticket, Unavailable } from '../../ports.js';

/** The requests are about this large: larger ones gain nothing, smaller ones cost round trips. */
const PIECE_BYTES = 2 * 1024 * 1024;
const REQUESTS_IN_FLIGHT = 2;
const PATH_QUERY = 'require_alias=true&filter_path=errors,items.*.status,items.*.error';

export interface BulkOutcome {
  readonly superseded: number;
  /** The documents that Elasticsearch refuses for good, with its reason. */
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

interface BulkItem {
  readonly status: number;
  readonly error?: {
    readonly type: string;
    readonly reason?: string;
    readonly caused_by?: { readonly reason?: string };
  };
}

interface BulkReply {
  readonly errors: boolean;
  readonly items?: readonly { readonly index: BulkItem }[];
}

interface Piece {
  readonly ids: readonly string[];
  readonly body: string;
}

/**
 * Documents are written through an alias: Elasticsearch creates a missing index by itself, guessing its mapping, but
 * never a missing alias. So after a wipe writing stops.
 */
export function writeAliasOf(index: string): string {
  return `${index}-writes`;
}

/** What an item's status means. 404: the alias is gone. */
type Verdict = 'done' | 'superseded' | 'wait' | 'refused' | 'stop';

function verdictOf({ status, error }: BulkItem): Verdict {
  if (status < 300) return 'done';
  if (status === 409) return 'superseded';
  if (status === 429 || status >= 500 || error?.type === 'cluster_block_exception') return 'wait';
  return status === 404 || status === 401 || status === 403 ? 'stop' : 'refused';
}

/**
 * Writes whole documents with the ticket as external version: Elasticsearch refuses one that is not higher than the
 * stored one. https://www.elastic.co/guide/en/elasticsearch/reference/8.19/docs-index_.html#index-versioning
 * @throws Unavailable when the cluster, or any document's shard, does not take writes now.
 */
export async function bulkIndex(
  client: Client,
  index: string,
  ticket: Ticket,
  documents: readonly OutgoingDocument[],
): Promise<BulkOutcome> {
  const pieces = piecesOf(ticket, documents);
  let superseded = 0;
  const refused: { id: string; reason: string }[] = [];
  const send = async (piece: Piece): Promise<void> => {
    const reply = await sendPiece(client, index, piece);
    if (reply === 'too large') {
      refused.push(...(await halve(piece, send)));
      return;
    }
    if (!reply.errors) return;
    reply.items?.forEach(({ index: item }, i) => {
      const verdict = verdictOf(item);
      const reason = item.error === undefined ? `status ${item.status}` : describe(item.error);
      if (verdict === 'superseded') superseded += 1;
      if (verdict === 'wait') throw new Unavailable(`Elasticsearch does not take writes to ${index} now: ${reason}`);
      if (verdict === 'stop') throw new Error(`${advice(item, index)} (${reason})`);
      if (verdict === 'refused') refused.push({ id: piece.ids[i] ?? '', reason });
    });
  };
  const lanes = Array.from({ length: REQUESTS_IN_FLIGHT }, async () => {
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) await send(piece);
  });
  await Promise.all(lanes);
  return { superseded, refused };
}

/** A request that the server finds too large goes again in halves; a single document that is too large is refused. */
async function halve(piece: Piece, send: (piece: Piece) => Promise<void>): Promise<{ id: string; reason: string }[]> {
  const [only] = piece.ids;
  if (piece.ids.length === 1 && only !== undefined) {
    return [{ id: only, reason: 'the document is larger than Elasticsearch takes (http.max_content_length)' }];
  }
  const lines = piece.body.trimEnd().split('\n');
  const half = Math.floor(piece.ids.length / 2);
  await send({ ids: piece.ids.slice(0, half), body: `${lines.slice(0, half * 2).join('\n')}\n` });
  await send({ ids: piece.ids.slice(half), body: `${lines.slice(half * 2).join('\n')}\n` });
  return [];
}

function piecesOf(ticket: Ticket, documents: readonly OutgoingDocument[]): Piece[] {
  const pieces: Piece[] = [];
  let ids: string[] = [];
  let body = '';
  for (const { id, stored } of documents) {
    const source = stored === null ? { [HIDDEN_FIELD]: true } : { ...stored, [HIDDEN_FIELD]: false };
    body += `{"index":{"_id":${JSON.stringify(id)},"version":${ticket},"version_type":"external"}}\n${JSON.stringify(source)}\n`;
    ids.push(id);
    if (body.length >= PIECE_BYTES) {
      pieces.push({ ids, body });
      ids = [];
      body = '';
    }
  }
  if (ids.length > 0) pieces.push({ ids, body });
  return pieces;
}

async function sendPiece(client: Client, index: string, { body }: Piece): Promise<BulkReply | 'too large'> {
  try {
    const path = `/${encodeURIComponent(writeAliasOf(index))}/_bulk`;
    return await client.transport.request<BulkReply>({ method: 'POST', path, querystring: PATH_QUERY, bulkBody: body });
  } catch (error) {
    const status = statusOf(error);
    if (status === 413) return 'too large';
    if (status === undefined || status === 429 || status >= 500) {
      throw new Unavailable(`Elasticsearch could not be reached: ${messageOf(error)}`, { cause: error });
    }
    throw error;
  }
}

function advice({ status }: BulkItem, index: string): string {
  return status === 404
    ? `The index ${index} or its alias for writing is gone: Elasticsearch lost data or the address is that of another ` +
        'server. Check ELASTICSEARCH_URL, or start the projector once with --new-generation to build everything anew ' +
        'from Kafka.'
    : `Elasticsearch does not allow writes to ${index}: check the credentials in ELASTICSEARCH_URL and what they permit.`;
}

/** The HTTP status of a client error; `undefined` when there was no answer. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describe({ type, reason, caused_by: cause }: NonNullable<BulkItem['error']>): string {
  return [type, reason, cause?.reason].filter((part) => part !== undefined).join(': ');
}
