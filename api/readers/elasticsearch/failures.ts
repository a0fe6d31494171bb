import { errors } from '@elastic/elasticsearch';
import { NotReady, StoreUnavailable } from '../../ports.js';

/** Overload, no shard to answer, an index that is being opened: it may answer the next time. */
const PASSING_STATUS = [408, 429, 502, 503, 504];

/** What a failed request means to a reader. Anything else is a fault of ours and stays what it is. */
export function translateFailure(error: unknown): unknown {
  if (error instanceof errors.ResponseError) {
    if (error.statusCode === 404)
      return new NotReady('The index that is to be served is not there yet.', { cause: error });
    return PASSING_STATUS.includes(error.statusCode ?? 0)
      ? new StoreUnavailable('elasticsearch', { cause: error })
      : error;
  }
  return error instanceof errors.ElasticsearchClientError
    ? new StoreUnavailable('elasticsearch', { cause: error })
    : error;
}

/** What the failure of one document among several means to a reader. */
export function translateItemFailure(cause: { readonly type: string }): Error {
  return cause.type === 'index_not_found_exception'
    ? new NotReady('The index that is to be served is not there yet.', { cause })
    : new StoreUnavailable('elasticsearch', { cause });
}
