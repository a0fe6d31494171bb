/** What operators ask about generations. */
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import { isFollowing, recordOf } from '../../runtime/storage/registry.js';
import { Refused } from '../generations/refused.js';
import type { MongoDatabase } from '../stores/mongodb/connection.js';
import { readPositions } from '../stores/mongodb/positions.js';
import { MongoStateScan } from '../stores/mongodb/state-scan.js';
import { type RebuildStatus, statusOf } from './progress.js';
import { type RebuildingPorts, registered } from './rebuilding.js';

/** Of the newest generation that was built by a rebuild. @throws Refused when there is none. */
export async function rebuildStatus(
  { registry, rebuilds, ranges, clock }: RebuildingPorts,
  { db }: { readonly db: MongoDatabase },
): Promise<RebuildStatus> {
  const known = await registered(registry);
  const following = known.generations.filter(isFollowing);
  const newest = Math.max(...following.map(({ number }) => number));
  const rebuild = await rebuilds.read(newest);
  if (rebuild === null) throw new Refused('There is no rebuild, neither under way nor complete.');
  const scan = new MongoStateScan(db, known.live);
  const counts = await Promise.all(
    Object.values(views).map(async ({ name, keyedBy }) => [name, await scan.count(keyedBy)] as const),
  );
  const ends = new Map(
    [...(await ranges())].flatMap(([topic, own]) =>
      own.filter(({ low, high }) => high > low).map(({ partition, high }) => [`${topic}/${partition}`, high] as const),
    ),
  );
  const positions = await readPositions(db, newest);
  const record = recordOf(known, newest);
  const costs = await rebuilds.costs(record.fullSpeed === true ? 'full-speed' : 'paced');
  return statusOf(record, rebuild, {
    ...{ positions, ends, costs, now: clock.now() },
    documentsExpected: Object.fromEntries(counts) as Record<ViewName, number>,
  });
}
