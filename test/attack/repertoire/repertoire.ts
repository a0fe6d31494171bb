/** All that hostile callers do over HTTP, each as often as it says, in an order that a seed decides. */
import { Random } from '../../../sample/random.js';
import type { Attack } from './attack.js';
import { CONNECTIONS } from './connections.js';
import { HEADERS } from './headers.js';
import { QUESTIONS } from './questions.js';
import { SPELLINGS } from './spellings.js';

export const REPERTOIRE: readonly Attack[] = [...QUESTIONS, ...HEADERS, ...SPELLINGS, ...CONNECTIONS];

/** Goes on for ever; within each round every attack is made `times` times. */
export function* campaign(seed: string, attacks: readonly Attack[] = REPERTOIRE): Generator<Attack, never> {
  const random = new Random(seed);
  for (;;) {
    const round = attacks.flatMap((attack) => Array.from({ length: attack.times }, () => attack));
    while (round.length > 0) yield* round.splice(random.between(0, round.length - 1), 1);
  }
}
