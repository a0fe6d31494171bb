import { Client, type ClientOptions } from '@elastic/elasticsearch';
import { ElasticsearchConnection } from '../../../runtime/presence/elasticsearch-connection.js';
import { messageOf } from '../../../runtime/retrying.js';
import { Unavailable } from '../../ports/errors.js';
import { Pressure } from './pressure.js';
import { verdictOfFailure } from './verdicts.js';

/** For those who compose: the client's own types stay in this folder. */
export class ElasticsearchClient extends Client {
  /** `pressure`: of all that this process writes to the cluster, whatever the generation. */
  constructor(
    options: ClientOptions,
    readonly pressure: Pressure = new Pressure(),
  ) {
    super(options);
  }
}

/** Retries and their pace are the pipeline's: the client itself tries once, and looks for no other nodes. */
export function connectElasticsearch(node: string, requestTimeoutMs: number, pressure?: Pressure): ElasticsearchClient {
  const Connection = ElasticsearchConnection;
  return new ElasticsearchClient(
    { node, requestTimeout: requestTimeoutMs, maxRetries: 0, compression: false, Connection },
    pressure,
  );
}

/** Runs one operation; what passes by itself becomes `Unavailable`. */
export async function withElasticsearch<Result>(attempted: string, operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } catch (error) {
    if (!['wait', 'crowded'].includes(verdictOfFailure(error))) throw error;
    throw new Unavailable(`Elasticsearch could not ${attempted}: ${messageOf(error)}`, { cause: error });
  }
}
