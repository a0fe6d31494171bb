/** What became of writes, as Elasticsearch counts it. */
import type { RealServers } from '../real-servers.js';

/** Writes that Elasticsearch has refused since it was started, in all indexes of the namespace: they came too late. */
export async function refusedWrites({ elasticsearch, namespace }: RealServers): Promise<number> {
  const { _all } = await elasticsearch.indices.stats({ index: `${namespace}-*`, metric: 'indexing' });
  return _all.primaries?.indexing?.index_failed ?? 0;
}
