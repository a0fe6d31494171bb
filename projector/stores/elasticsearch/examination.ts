/** What `projector doctor` asks Elasticsearch. */
import { type Client, errors } from '@elastic/elasticsearch';
import type { StoredDocument } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import { indexBody } from '../../../mappings/views/elasticsearch-index.js';
import { documentsIndex } from '../../../runtime/storage/names.js';
import type { GenerationRecord } from '../../../runtime/storage/records.js';
import type { Clock } from '../../ports/clock.js';
import type { ServerReport } from '../../ports/examination.js';
import { writeAliasOf } from './write-alias.js';

/** What is written last has about the highest ticket: so many writes are looked at. */
const NEWEST_WRITES = 1000;
const NEEDED = ['create_index', 'manage', 'read', 'write'] as const;

export async function examineElasticsearch(client: Client, namespace: string, clock: Clock): Promise<ServerReport> {
  const { nodes } = await client.nodes.info({ metric: 'process', filter_path: 'nodes.*.version' });
  const versions = [...new Set(Object.values(nodes ?? {}).map(({ version }) => version))];
  const { status } = await client.cluster.health();
  const asked = clock.now();
  const stats = await client.nodes.stats({ metric: 'process', filter_path: 'nodes.*.timestamp' });
  const middle = (asked + clock.now()) / 2;
  const times = Object.values(stats.nodes ?? {}).flatMap(({ timestamp }) => timestamp ?? []);
  const lacking = await privilegesLacking(client, namespace);
  return {
    version: `${Object.keys(nodes ?? {}).length} node(s) of version ${versions.join(', ')}, ${status}`,
    supported: versions.every(isSupported),
    remarks: [
      ...(status === 'red'
        ? [{ verdict: 'fail' as const, detail: 'its health is red', cure: 'Look at _cluster/allocation/explain.' }]
        : []),
      ...(lacking.length === 0
        ? []
        : [
            {
              verdict: 'fail' as const,
              detail: `the credentials lack ${lacking.join(', ')}`,
              cure: `Grant them on ${namespace}-g*.`,
            },
          ]),
    ],
    clockAheadMs: times.length === 0 ? null : Math.max(...times) - middle,
  };
}

/** 8.19 and later, and 9. */
function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 9 || (major === 8 && minor >= 19);
}

/** Without security nothing can be lacking. */
async function privilegesLacking(client: Client, namespace: string): Promise<readonly string[]> {
  const names = [`${namespace}-g*`];
  try {
    const { index } = await client.security.hasPrivileges({ index: [{ names, privileges: [...NEEDED] }] });
    return NEEDED.filter((privilege) => Object.values(index).some((granted) => granted[privilege] === false));
  } catch (error) {
    if (error instanceof errors.ResponseError && [400, 404, 405, 500].includes(error.statusCode ?? 0)) return [];
    throw error;
  }
}

/** Where mappings and aliases are not as declared, each in words. Parameters that are left at their default are not compared. */
export async function mappingDrift(
  client: Client,
  namespace: string,
  { number, revisions }: GenerationRecord,
): Promise<readonly string[]> {
  const drift: string[] = [];
  for (const view of Object.values(views)) {
    if (view.storage.store !== 'elasticsearch') continue;
    const index = documentsIndex({ namespace, generation: number }, view.name, revisions[view.name]);
    const mapping = await client.indices.getMapping({ index });
    const { dynamic, properties = {} } = mapping[index]?.mappings ?? {};
    if (dynamic !== 'strict') drift.push(`${index}: dynamic is ${String(dynamic)}`);
    drift.push(...propertyDrift(index, indexBody(view).mappings.properties, properties as StoredDocument));
    const aliases = await client.indices.getAlias({ name: writeAliasOf(index) });
    const others = Object.keys(aliases).filter((name) => name !== index);
    if (others.length > 0) drift.push(`${writeAliasOf(index)} also names ${others.join(', ')}`);
  }
  return drift;
}

/** What Elasticsearch tells leaves out what is at its default; whatever it does tell must be declared so. */
export function propertyDrift(place: string, declared: StoredDocument, stored: StoredDocument): readonly string[] {
  const names = [...new Set([...Object.keys(declared), ...Object.keys(stored)])].sort();
  return names.flatMap((name) => {
    const [own, other] = [declared[name], stored[name]];
    const at = `${place}.${name}`;
    if (own === undefined) return [`${at} is not declared`];
    if (other === undefined) return [`${at} is missing`];
    return fieldDrift(at, own as StoredDocument, other as StoredDocument);
  });
}

function fieldDrift(at: string, declared: StoredDocument, stored: StoredDocument): readonly string[] {
  const { properties = {}, fields = {}, type = 'object', ...parameters } = stored;
  const own = declared.type ?? 'object';
  if (own !== type) return [`${at} is ${String(type)} instead of ${String(own)}`];
  const others = Object.entries(parameters).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(declared[name]),
  );
  return [
    ...others.map(([name, value]) => `${at} has ${name} ${JSON.stringify(value)}`),
    ...propertyDrift(at, (declared.properties ?? {}) as StoredDocument, properties as StoredDocument),
    ...propertyDrift(at, (declared.fields ?? {}) as StoredDocument, fields as StoredDocument),
  ];
}

/** The highest ticket of what was written last, of all views in Elasticsearch; 0 when nothing is there. */
export async function highestVersion(
  client: Client,
  namespace: string,
  { number, revisions }: GenerationRecord,
): Promise<number> {
  const index = Object.values(views)
    .filter(({ storage }) => storage.store === 'elasticsearch')
    .map(({ name }) => documentsIndex({ namespace, generation: number }, name, revisions[name]));
  const { hits } = await client.search({
    ...{ index, size: NEWEST_WRITES, version: true, _source: false, track_total_hits: false },
    sort: [{ _seq_no: 'desc' }],
  });
  return Math.max(0, ...hits.hits.map(({ _version }) => _version ?? 0));
}
