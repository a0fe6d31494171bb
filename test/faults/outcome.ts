/** What must be true after any faults. */
import { expect } from 'vitest';
import { QUARANTINE_COLLECTION } from '../../runtime/storage/names.js';
import type { Answers } from '../flow/answers.js';
import { expectConvergence } from '../flow/convergence.js';
import type { System } from '../flow/system.js';
import { until } from '../until.js';
import type { Load } from './load.js';

const TIMEOUT_MS = 240_000;

/**
 * Waits until every event is projected and every fan-out job is done; then all documents equal the recomputation, and
 * nothing was set aside.
 */
export async function expectNothingLost(system: System, answers: Answers, load: Load): Promise<void> {
  await answers.caughtUp(TIMEOUT_MS);
  await until('all fan-out jobs to be done', async () => (await load.jobs()).length === 0, TIMEOUT_MS);
  await expectConvergence(answers, system.publisher.events, TIMEOUT_MS);
  expect(system.timesSaid('"msg":"fan-out complete"'), 'changes must have been fanned out').toBeGreaterThan(0);
  expect(await system.servers.db.collection(QUARANTINE_COLLECTION).countDocuments()).toBe(0);
}
