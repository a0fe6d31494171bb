/** Connections for operations outside a projector process. */
import type { Log } from '../../runtime/log.js';
import { absentOf } from '../../runtime/presence/presence.js';
import { serversOf } from '../../runtime/presence/servers.js';
import { MongoRegistry } from '../stores/mongodb/registry.js';
import { openConnections } from './connections.js';
import type { ExaminedServers } from './operations.js';
import type { ProjectorSettings } from './settings.js';

/**
 * Runs the work with open connections and closes them. With `evenIfAway` nothing is connected yet, and the work sees to
 * what is away.
 * @throws Error that names each server that is away.
 */
export async function withServers<Result>(
  settings: ProjectorSettings,
  log: Log,
  work: (servers: ExaminedServers) => Promise<Result>,
  { evenIfAway = false }: { readonly evenIfAway?: boolean } = {},
): Promise<Result> {
  const connections = openConnections(settings, log);
  const servers = serversOf(settings);
  try {
    if (!evenIfAway) {
      const absent = await absentOf(servers);
      if (absent.length > 0) throw new Error(`${absent.join('.\n')}.`);
      await connections.connect();
    }
    return await work({
      ...connections,
      servers,
      namespace: settings.NAMESPACE,
      registry: new MongoRegistry(connections.db),
      topics: [settings.TOPIC_CUSTOMERS, settings.TOPIC_PRODUCTS, settings.TOPIC_ORDERS],
    });
  } finally {
    await connections.close();
  }
}
