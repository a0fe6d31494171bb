import { Client, errors } from '@elastic/elasticsearch';
import { placeOf } from '../secrets.js';
import { SettingsError } from '../settings.js';
import { PROBE_TIMEOUT_MS, type Server } from './server.js';

/** A cluster without a master is away. */
const MASTER_TIMEOUT_S = 1;

export function elasticsearchServer(url: string): Server {
  const address = placeOf(url);
  return {
    ...{ name: 'Elasticsearch', setting: 'ELASTICSEARCH_URL', address },
    async probe() {
      const client = new Client({ node: url, requestTimeout: PROBE_TIMEOUT_MS, maxRetries: 0 });
      try {
        await client.cluster.health({ filter_path: 'status', master_timeout: `${MASTER_TIMEOUT_S}s` });
      } catch (error) {
        const refusal = refusalIn(error);
        if (refusal !== null) throw new SettingsError(`What answers at ${address} (ELASTICSEARCH_URL) ${refusal}`);
        if (!isAnswer(error)) throw error;
      } finally {
        await client.close();
      }
    },
  };
}

/** Not every user may ask how the cluster is: one that says so is there. */
function isAnswer(error: unknown): boolean {
  return error instanceof errors.ResponseError && error.statusCode === 403;
}

function refusalIn(error: unknown): string | null {
  if (error instanceof errors.ProductNotSupportedError) return 'is not Elasticsearch.';
  if (!(error instanceof errors.ResponseError)) return null;
  const { statusCode = 0 } = error;
  if (statusCode === 401) return 'refuses the credentials: put the right ones into the URL, user:password@.';
  const isPassing = statusCode >= 500 || [403, 408, 429].includes(statusCode);
  return isPassing ? null : `is not Elasticsearch: it says ${statusCode} to GET /_cluster/health.`;
}
