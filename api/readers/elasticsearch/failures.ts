import { errors } from '@elastic/elasticsearch';
import type { ReadOptions } from '../../ports/documents.js';
import { AnswerTooLarge, NotReady, QuestionTooLong, StoreUnavailable } from '../../ports/errors.js';

/** No shard to answer, an index that is being opened, nothing behind a proxy: Elasticsearch is away. */
const AWAY_STATUS = [502, 503];
/** The question took too long, or more memory or threads than there were: it may be answered the next time. */
const TOO_LONG_STATUS = [408, 429, 504];

/** What a failed request means to a reader. Anything else is a fault of ours and stays what it is. */
export function translateFailure(error: unknown, { signal, bytesMax }: Partial<ReadOptions> = {}): unknown {
  // The client gives up for one more reason: the answer has more bytes than it may.
  if (error instanceof errors.RequestAbortedError && bytesMax !== undefined && signal?.aborted !== true)
    return new AnswerTooLarge(bytesMax, { cause: error });
  if (error instanceof errors.ResponseError) {
    if (error.statusCode === 404)
      return new NotReady('The index that is to be served is not there yet.', { cause: error });
    const { statusCode = 0 } = error;
    if (TOO_LONG_STATUS.includes(statusCode)) return new QuestionTooLong('elasticsearch', { cause: error });
    return AWAY_STATUS.includes(statusCode) ? new StoreUnavailable('elasticsearch', { cause: error }) : error;
  }
  if (error instanceof errors.TimeoutError || error instanceof errors.RequestAbortedError) {
    return new QuestionTooLong('elasticsearch', { cause: error });
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
