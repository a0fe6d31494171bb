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
      const { path, document } = next;
      // What is asked here is whether it is right: an answer that did not come is asked for once more.
      const reply = await get(path)
        .catch(() => get(path))
        .catch(() => null);
      if (reply?.status === 200 && isDeepStrictEqual(JSON.parse(reply.body).data, plain(document))) continue;
      difference =
        reply === null
          ? `${path} was not answered.`
          : `${path} is not what the events make of it (it was answered with ${reply.status}).`;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, compare));
  return difference;
}

/** As it travels. */
function plain(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document));
}
