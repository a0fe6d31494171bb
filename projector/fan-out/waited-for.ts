/** Which fan-out jobs still have to run for what had been asked of them at one moment. */
import type { Job, JobKey } from '../ports/jobs.js';

/** The jobs that are waited for, and how many of their passes. */
export type WaitedFor = ReadonlyMap<string, { readonly generation: number; readonly passes: 1 | 2 }>;

/** Everything that is asked of the jobs now. A pass that began before a change was asked for is followed by another. */
export function askedOf(jobs: readonly Job[]): WaitedFor {
  return new Map(jobs.map((job) => [nameOf(job), { generation: job.generation, passes: job.again ? 2 : 1 }]));
}

/** What is left of it. Each pass has a generation of its own, so jobs that are asked again and again are not waited for. */
export function leftOf(waited: WaitedFor, jobs: readonly Job[]): WaitedFor {
  return new Map(
    jobs.flatMap((job) => {
      const known = waited.get(nameOf(job));
      if (known === undefined) return [];
      if (known.generation === job.generation) return [[nameOf(job), known] as const];
      return known.passes === 2 ? [[nameOf(job), { generation: job.generation, passes: 1 as const }] as const] : [];
    }),
  );
}

function nameOf({ view, reference, referredId }: JobKey): string {
  return `${view}/${reference}/${referredId}`;
}
