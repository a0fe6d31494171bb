/** Whether the API shows what follows from the events that were published. */
import { isDeepStrictEqual } from 'node:util';
import { recompute } from '../recomputation.js';
import type { PublishedEvent } from '../recomputation-documents.js';
import type { Reply } from './honest.js';

const AT_A_TIME = 8;

/** The first document that differs, as a sentence; `null` when all are right. */
export async function firstDifference(
  get: (path: string) => Promise<Reply>,
  events: readonly PublishedEvent[],
): Promise<string | null> {
  const expected = recompute(events, { now: Date.now() });
  const wanted = Object.entries(expected).flatMap(([view, documents]) =>
    [...documents].map(([id, document]) => ({ path: `/v1/${view}/${encodeURIComponent(id)}`, document })),
  );
  let difference: string | null = null;
  const compare = async () => {
    for (let next = wanted.pop(); next !== undefined && difference === null; next = wanted.pop()) {
      const { status, body } = await get(next.path);
      if (status === 200 && isDeepStrictEqual(JSON.parse(body).data, JSON.parse(JSON.stringify(next.document))))
        continue;
      difference = `${next.path} is not what the events make of it (it was answered with ${status}).`;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, compare));
  return difference;
}
