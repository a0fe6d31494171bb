/** What an operator sees of fan-out jobs: the list on the command line, and the metrics. */
import { describe, expect, it } from 'vitest';
import { listJobs } from '../../../projector/cli/jobs.js';
import { createMetrics, meterJobs } from '../../../projector/composition/metrics.js';
import { MemoryJobStore } from '../../memory/jobs.js';
import { MemoryPositionStore, MemoryTicketCounter } from '../../memory/stores.js';

const clock = { now: () => 61_000 };

async function oneUnderWay(): Promise<MemoryJobStore> {
  const jobs = new MemoryJobStore(new MemoryTicketCounter(), new MemoryPositionStore());
  await jobs.request([{ view: 'orders', reference: 'product', referredId: 'p-1' }], 1_000);
  const job = await jobs.take(2_000, 1_000);
  if (job !== null) await jobs.advance(job, 'o-7', 500, 3_000);
  return jobs;
}

describe('fan-out jobs', () => {
  it('are listed with age and progress', async () => {
    expect(listJobs([], clock)).toBe('No fan-out job is waiting.\n');
    const [, row] = listJobs(await (await oneUnderWay()).list(), clock).split('\n');
    expect(row?.split(/ {2,}/)).toEqual(['orders', 'product p-1', '60', '500', 'o-7', 'no']);
  });

  it('are counted, with the age of the oldest', async () => {
    const { registry } = createMetrics();
    meterJobs(registry, await oneUnderWay(), clock);
    const text = await registry.metrics();
    expect(text).toContain('projector_fan_out_jobs 1');
    expect(text).toContain('projector_fan_out_documents 500');
    expect(text).toContain('projector_fan_out_oldest_seconds 60');
  });
});
