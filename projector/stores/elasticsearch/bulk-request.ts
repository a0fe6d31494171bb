/** One request to `_bulk`, and what is said of it. */
import { type Client, errors } from '@elastic/elasticsearch';
import { messageOf } from '../../../runtime/retrying.js';
import { Unavailable } from '../../ports/errors.js';
import type { Piece } from './pieces.js';
import { PIECE_BYTES } from './pressure.js';
import { type BulkItem, verdictOfFailure, verdictOfItem } from './verdicts.js';
import { adviceOn, writeAliasOf } from './write-alias.js';

/** What a document that is larger than a piece gets for as much of it as a piece has: such a one takes seconds to index. */
const LARGE_PIECE_MS = 30_000;
const PATH_QUERY = 'require_alias=true&filter_path=errors,items.*.status,items.*.error';

interface BulkReply {
  readonly items?: readonly { readonly index: BulkItem }[];
}

export type PieceAnswer =
  /** One for each document of the piece. */
  | { readonly kind: 'items'; readonly items: readonly BulkItem[] }
  | { readonly kind: 'split' }
  /** Of the piece as a whole, or of every document that it has. */
  | { readonly kind: 'crowded'; readonly item: BulkItem };

export async function sendPiece(client: Client, index: string, { ids, body, bytes }: Piece): Promise<PieceAnswer> {
  try {
    const path = `/${encodeURIComponent(writeAliasOf(index))}/_bulk`;
    const reply = await client.transport.request<BulkReply>(
      { method: 'POST', path, querystring: PATH_QUERY, bulkBody: body },
      bytes <= PIECE_BYTES ? {} : { requestTimeout: Math.ceil(bytes / PIECE_BYTES) * LARGE_PIECE_MS },
    );
    if (reply.items?.length === ids.length) {
      const items = reply.items.map(({ index: item }) => item);
      const [item] = items;
      const isCrowded = item !== undefined && items.every((each) => verdictOfItem(each) === 'crowded');
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
export function describe({ status, error }: BulkItem): string {
  return error === undefined ? `status ${status}` : `${error.type}: ${error.reason ?? `status ${status}`}`;
}
