/** What the registry says of generations, in tests. */
import type { Served } from '../../api/ports/generations.js';
import type { RegistryRecord } from '../../runtime/storage/records.js';

export function servedOf(generation = 1): Served {
  const generations = [1, generation].map((number) => ({
    number,
    createdAt: new Date('2026-11-01T00:00:00Z'),
    revisions: { orders: 1, products: 1, customers: 1 },
    businessTimeZone: 'UTC',
    reportingCurrency: 'CNY',
  }));
  const registry: RegistryRecord = { _id: 'registry', version: 1, live: generation, generations };
  const live = generations.at(-1);
  if (live === undefined) throw new Error('unreachable');
  return { registry, live };
}
