/**
 * What each outcome of `_bulk` means, in one place. Tested row by row, and against the real server behind a proxy that
 * breaks things.
 */
import { errors } from '@elastic/elasticsearch';
import type { FailureVerdict, ItemVerdict } from '../../../runtime/storage/verdict.js';

/** One item of the answer, as far as it is asked for. */
export interface BulkItem {
  readonly status: number;
  readonly error?: BulkItemError;
}

export interface BulkItemError {
  readonly type: string;
  readonly reason?: string;
  readonly caused_by?: { readonly type?: string };
}

interface Row<Verdict> {
  /** Inclusive range of HTTP statuses; absent: any. */
  readonly status?: readonly [from: number, to: number];
  /** Elasticsearch's names of errors; absent: any, or none. */
  readonly types?: readonly string[];
  readonly reason?: RegExp;
  readonly verdict: Verdict;
  readonly because: string;
}

/** The first row that fits decides. */
export const ITEM_VERDICTS: readonly Row<ItemVerdict>[] = [
  { status: [200, 299], verdict: 'done', because: 'created or replaced' },
  { status: [409, 409], verdict: 'superseded', because: 'the stored document has this or a higher ticket' },
  {
    types: ['cluster_block_exception', 'index_closed_exception'],
    verdict: 'wait',
    because: 'the index is read-only (a full disk, a snapshot, an operator) or closed: 403, 429 or 400',
  },
  { status: [429, 429], verdict: 'crowded', because: 'queues or memory are full' },
  { status: [500, 599], verdict: 'wait', because: 'the shard is not there, or the node is in trouble' },
  { status: [401, 401], verdict: 'stop', because: 'the credentials are not accepted' },
  { status: [403, 403], verdict: 'stop', because: 'the credentials do not permit writing' },
  { status: [404, 404], verdict: 'stop', because: 'the index or its alias for writing is gone' },
  {
    types: ['illegal_argument_exception'],
    reason: /^no write index is defined for alias/,
    verdict: 'stop',
    because: 'somebody else added an index to the alias for writing',
  },
  { verdict: 'quarantine', because: 'the document does not fit the mapping or a limit: 400, 413' },
];

/** Of answers with an error status to the request as a whole. The first row that fits decides. */
export const REQUEST_VERDICTS: readonly Row<FailureVerdict>[] = [
  { types: ['cluster_block_exception'], verdict: 'wait', because: 'the cluster does not take writes now' },
  { status: [413, 413], verdict: 'split', because: 'larger than http.max_content_length' },
  { status: [400, 400], verdict: 'split', because: 'one of the documents spoils the request' },
  { status: [408, 408], verdict: 'wait', because: 'whatever stands before Elasticsearch lost patience' },
  { status: [429, 429], verdict: 'crowded', because: 'queues or memory are full' },
  { status: [500, 599], verdict: 'wait', because: 'the cluster, or what stands before it, is in trouble' },
  { verdict: 'stop', because: 'credentials (401, 403), a missing index (404), or something else than Elasticsearch' },
];

export function verdictOfItem({ status, error }: BulkItem): ItemVerdict {
  return decide(ITEM_VERDICTS, status, error?.type, error?.reason) ?? 'quarantine';
}

/** No answer, half an answer, an answer with an error status, or an error that has nothing to do with the store. */
export function verdictOfFailure(error: unknown): FailureVerdict {
  if (error instanceof errors.ResponseError) {
    return decide(REQUEST_VERDICTS, error.statusCode ?? 0, typeOf(error), undefined) ?? 'stop';
  }
  return NO_ANSWER.some((kind) => error instanceof kind) ? 'wait' : 'stop';
}

/** Whether the request was carried out is not known then: the guard makes repeating it harmless. */
const NO_ANSWER = [
  errors.ConnectionError,
  errors.TimeoutError,
  errors.NoLivingConnectionsError,
  errors.RequestAbortedError,
  errors.DeserializationError,
];

function decide<Verdict>(
  rows: readonly Row<Verdict>[],
  status: number,
  type: string | undefined,
  reason: string | undefined,
): Verdict | undefined {
  return rows.find(
    (row) =>
      (row.status === undefined || (status >= row.status[0] && status <= row.status[1])) &&
      (row.types === undefined || (type !== undefined && row.types.includes(type))) &&
      (row.reason === undefined || row.reason.test(reason ?? '')),
  )?.verdict;
}

function typeOf({ body }: { readonly body: unknown }): string | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  if (typeof error !== 'object' || error === null || !('type' in error)) return undefined;
  return typeof error.type === 'string' ? error.type : undefined;
}
