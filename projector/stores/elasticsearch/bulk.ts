import { type Client, errors } from '@elastic/elasticsearch';
import { HIDDEN_FIELD } from '../../../runtime/records.js';
import { messageOf } from '../../../runtime/retrying.js';
import { inLanes } from '../../pipeline/lanes.js';
import { type OutgoingDocument, type Ticket, Unavailable } from '../../ports.js';
import { type BulkLimits, halvesOf, type Piece, piecesOf, type Refused } from './pieces.js';
import { exceedsAlone, LARGE_DOCUMENT_BYTES, PIECE_BYTES, type Pressure } from './pressure.js';
import { refusalReason } from './refusal-reason.js';
import { type BulkItem, verdictOfFailure, verdictOfItem } from './verdicts.js';
import { adviceOn, writeAliasOf } from './write-alias.js';

/** What a document that is larger than a piece gets for as much of it as a piece has: such a one takes seconds to index. */
const LARGE_PIECE_MS = 30_000;
const PATH_QUERY = 'require_alias=true&filter_path=errors,items.*.status,items.*.error';

export interface BulkOutcome extends Settled {
  readonly written: number;
}

interface Settled {
  readonly superseded: number;
  /** The documents that Elasticsearch refuses for good, with a reason that quotes none of their content. */
  readonly refused: readonly Refused[];
}

interface BulkReply {
  readonly items?: readonly { readonly index: BulkItem }[];
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
  documents: Iterable<OutgoingDocument>,
  limits: BulkLimits,
): Promise<BulkOutcome> {
  const { pressure } = limits;
  let superseded = 0;
  let waiting: Unavailable | null = null;
  const refused: Refused[] = [];
  const ids: string[] = [];
  const send = async (piece: Piece): Promise<void> => {
    const answer = await pressure.inTurn(() => sendPiece(client, index, piece));
    if (answer.kind === 'split') {
      const alone = piece.ids.length === 1 ? piece.ids[0] : undefined;
      if (alone === undefined) for (const half of halvesOf(piece)) await send(half);
      else refused.push({ id: alone, reason: 'Elasticsearch refuses the request with this document alone (400, 413)' });
      return;
    }
    if (answer.kind === 'crowded') {
      const isGivenUp = await withoutRoom(client, index, piece, answer.item, pressure);
      if (isGivenUp) refused.push({ id: piece.ids[0] ?? '', reason: noRoomFor(piece, answer.item) });
      // The others have their turn first.
      else waiting ??= unavailable(index, answer.item);
      return;
    }
    const settled = settle(piece, answer.items, index, pressure);
    superseded += settled.superseded;
    refused.push(...settled.refused);
  };
  const pieces = piecesOf(ticket, noting(documents, ids), limits, (tooLarge) => refused.push(tooLarge));
  await inLanes(pieces, pressure.requestsInFlight, send);
  if (waiting !== null) throw waiting;
  if (ids.length > 0) pressure.eased();
  pressure.settled(ids.map((id) => nameIn(index, id)));
  return { written: ids.length - superseded - refused.length, superseded, refused };
}

/** `ids`: gets those of the documents as they are asked for. */
function* noting(documents: Iterable<OutgoingDocument>, ids: string[]): Generator<OutgoingDocument> {
  for (const document of documents) {
    ids.push(document.id);
    yield document;
  }
}

/**
 * Whether it is given up: a large document that is refused alone, over and over, while others are taken.
 * @throws Unavailable when it is not known to be that: the cluster has too much to do, which passes.
 */
async function withoutRoom(
  client: Client,
  index: string,
  { ids, bytes }: Piece,
  item: BulkItem,
  pressure: Pressure,
): Promise<boolean> {
  const [id] = ids;
  const wasAlone = ids.length === 1 && pressure.requestsInFlight === 1;
  pressure.refused();
  if (id === undefined || !wasAlone || bytes < LARGE_DOCUMENT_BYTES) throw unavailable(index, item);
  if (exceedsAlone(item.error?.reason)) return true;
  if (!(await pressure.inTurn(() => takesWrites(client, index, id)))) throw unavailable(index, item);
  return pressure.refusedAlone(nameIn(index, id));
}

/** Asks for a small write at the same place that cannot come true: it is in conflict with whatever is there, or is not. */
async function takesWrites(client: Client, index: string, id: string): Promise<boolean> {
  const action = { index: { _id: id, if_seq_no: Number.MAX_SAFE_INTEGER, if_primary_term: 1 } };
  const body = `${JSON.stringify(action)}\n${JSON.stringify({ [HIDDEN_FIELD]: true })}\n`;
  const answer = await sendPiece(client, index, { ids: [id], body, bytes: body.length });
  return answer.kind === 'items' && answer.items.every((item) => verdictOfItem(item) === 'superseded');
}

function nameIn(index: string, id: string): string {
  return `${index}/${id}`;
}

function noRoomFor({ bytes }: Piece, { status, error }: BulkItem): string {
  return `Elasticsearch has no room for its ${bytes} bytes, even alone (${error?.type ?? `status ${status}`}): give it more memory`;
}

function unavailable(index: string, item: BulkItem): Unavailable {
  return new Unavailable(`Elasticsearch does not take writes to ${index} now: ${describe(item)}`);
}

/** What needs an operator is told before what passes by itself. */
function settle({ ids }: Piece, items: readonly BulkItem[], index: string, pressure: Pressure): Settled {
  let superseded = 0;
  let waiting: BulkItem | null = null;
  let crowded: BulkItem | null = null;
  const refused: Refused[] = [];
  items.forEach((item, i) => {
    switch (verdictOfItem(item)) {
      case 'done':
        break;
      case 'superseded':
        superseded += 1;
        break;
      case 'wait':
        waiting ??= item;
        break;
      case 'crowded':
        crowded ??= item;
        break;
      case 'quarantine':
        refused.push({ id: ids[i] ?? '', reason: refusalReason(item) });
        break;
      case 'stop':
        throw new Error(`${adviceOn(item.status, index)} (${describe(item)})`);
    }
  });
  if (crowded !== null) pressure.refused();
  const passing = waiting ?? crowded;
  if (passing !== null) throw unavailable(index, passing);
  return { superseded, refused };
}

type PieceAnswer =
  /** One for each document of the piece. */
  | { readonly kind: 'items'; readonly items: readonly BulkItem[] }
  | { readonly kind: 'split' }
  /** Of the piece as a whole, or of the one document that it has. */
  | { readonly kind: 'crowded'; readonly item: BulkItem };

async function sendPiece(client: Client, index: string, { ids, body, bytes }: Piece): Promise<PieceAnswer> {
  try {
    const path = `/${encodeURIComponent(writeAliasOf(index))}/_bulk`;
    const reply = await client.transport.request<BulkReply>(
      { method: 'POST', path, querystring: PATH_QUERY, bulkBody: body },
      bytes <= PIECE_BYTES ? {} : { requestTimeout: Math.ceil(bytes / PIECE_BYTES) * LARGE_PIECE_MS },
    );
    if (reply.items?.length === ids.length) {
      const items = reply.items.map(({ index: item }) => item);
      const [item] = items;
      const isCrowded = items.length === 1 && item !== undefined && verdictOfItem(item) === 'crowded';
      return isCrowded ? { kind: 'crowded', item } : { kind: 'items', items };
    }
  } catch (error) {
    switch (verdictOfFailure(error)) {
      case 'wait':
        throw new Unavailable(`Elasticsearch could not be reached: ${messageOf(error)}`, { cause: error });
      case 'crowded':
        return { kind: 'crowded', item: itemOf(error) };
      case 'split':
        return { kind: 'split' };
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

/** The HTTP status of a client error; `undefined` when there was no answer. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** As if it was said of a document. */
function itemOf(error: unknown): BulkItem {
  const body: unknown = error instanceof errors.ResponseError ? error.body : undefined;
  const said = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  const { type, reason } =
    ((typeof said === 'object' ? said : null) as { type?: unknown; reason?: unknown } | null) ?? {};
  const status = statusOf(error) ?? 0;
  if (typeof type !== 'string') return { status };
  return { status, error: { type, ...(typeof reason === 'string' ? { reason } : {}) } };
}

/** For outcomes that concern the index, not the document: these sentences quote no content. */
function describe({ status, error }: BulkItem): string {
  return error === undefined ? `status ${status}` : `${error.type}: ${error.reason ?? `status ${status}`}`;
}
