import type { Service } from '../../runtime/service.js';

/**
 * Runs parts that live and end together: when one fails, `giveUp` is called, all are stopped and waited for.
 * @throws the first failure, once nothing goes on any more.
 */
export async function runParts(parts: readonly Service[], giveUp: (reason: Error) => void): Promise<void> {
  const failures: unknown[] = [];
  const fail = (error: unknown) => {
    failures.push(error);
    if (failures.length > 1) return;
    giveUp(new Error('Another part of the generation has failed.', { cause: error }));
    for (const part of parts) part.stop().catch(fail);
  };
  await Promise.all(parts.map((part) => part.run().catch(fail)));
  if (failures.length > 0) throw failures[0];
}
