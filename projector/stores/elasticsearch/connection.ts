import { Client } from '@elastic/elasticsearch';

/** Retries and their pace are the pipeline's: the client itself tries once. */
export function connectElasticsearch(node: string, requestTimeoutMs: number): Client {
  return new Client({ node, requestTimeout: requestTimeoutMs, maxRetries: 0, compression: false });
}
