/** All that hostile callers do over HTTP, each as often as it says, in an order that a seed decides. */
import { Random } from '../../../sample/random.js';
import type { Attack } from './attack.js';
import { CONNECTIONS } from './connections.js';
import { HEADERS } from './headers.js';
import { QUESTIONS } from './questions.js';
import { SPELLINGS } from './spellings.js';

export const REPERTOIRE: readonly Attack[] = [...QUESTIONS, ...HEADERS, ...SPELLINGS, ...CONNECTIONS];

/**
 * So many requests at most, and at least all but as many as the smallest attack makes: what makes more than are left is
 * passed over. Within each round every attack is made `times` times.
 */
export function* campaign(
  seed: string,
  requestsMax: number,
  attacks: readonly Attack[] = REPERTOIRE,
): Generator<Attack, void> {
  const random = new Random(seed);
  const smallest = Math.min(...attacks.map(({ requests }) => requests));
  let left = requestsMax;
  while (left >= smallest) {
    const round = attacks.flatMap((attack) => Array.from({ length: attack.times }, () => attack));
    while (round.length > 0) {
      const [attack] = round.splice(random.between(0, round.length - 1), 1);
      if (attack === undefined || attack.requests > left) continue;
      left -= attack.requests;
      yield attack;
    }
  }
}
