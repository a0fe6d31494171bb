/** What is promised to honest callers while others attack, and whether it was kept. Pure. */
import { percentile } from '../../bench/figures.js';

/** While others attack, the slowest of a hundred answers takes at most so many times as long. */
const SLOWER_MAX = 2;

export interface Answered {
  /** As of an attack: the status, with the code of a problem, or what happened to the connection. */
  readonly ending: string;
  readonly ms: number;
}

/** What honest callers got. */
export interface Phase {
  readonly name: string;
  readonly answers: readonly Answered[];
}

/** What is left of the attack. */
export interface Aftermath {
  /** Processes that have ended, e.g. `api (1)`. */
  readonly dead: readonly string[];
  /** What is not as it was before, as sentences: slots that are taken, circuits that are open, not ready. */
  readonly left: readonly string[];
  /** The first document that is not as a recomputation from the events has it; `null` when all are. */
  readonly difference: string | null;
}

/** Each promise that was broken, as a sentence; none when all were kept. */
export function brokenPromises(calm: Phase, attacked: Phase, { dead, left, difference }: Aftermath): string[] {
  const broken: string[] = [];
  if (refused(calm).length > 0) {
    broken.push(
      `${refused(calm).length} of ${calm.answers.length} honest requests were refused before any attack ` +
        `(${told(refused(calm))}): this machine does not carry the rate; choose a lower --rate.`,
    );
  }
  if (refused(attacked).length > 0) {
    broken.push(
      `${refused(attacked).length} of ${attacked.answers.length} honest requests were refused (${told(refused(attacked))}).`,
    );
  }
  const ratio = slowdown(calm, attacked);
  // Without a figure nothing was shown.
  if (!(ratio <= SLOWER_MAX)) {
    broken.push(
      `The p99 of honest callers went from ${p99(calm).toFixed(1)} to ${p99(attacked).toFixed(1)} ms, ` +
        `${ratio.toFixed(1)} times as long; at most ${SLOWER_MAX} times is promised.`,
    );
  }
  for (const process of dead) broken.push(`A process has died: ${process}.`);
  broken.push(...left);
  if (difference !== null) broken.push(difference);
  return broken;
}

/** NaN when one of them has no answers. */
export function slowdown(calm: Phase, attacked: Phase): number {
  return p99(attacked) / p99(calm);
}

/** Endings with how often each came, the most frequent first. */
export function counted(endings: readonly string[]): [ending: string, count: number][] {
  const counts = new Map<string, number>();
  for (const ending of endings) counts.set(ending, (counts.get(ending) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** Honest callers ask for what there is. */
export function refused({ answers }: Phase): readonly Answered[] {
  return answers.filter(({ ending }) => ending !== '200' && ending !== '304');
}

/** Of all answers: a refusal is a broken promise by itself, however fast it comes. */
function p99({ answers }: Phase): number {
  return percentile(
    answers.map(({ ms }) => ms),
    0.99,
  );
}

function told(answers: readonly Answered[]): string {
  return counted(answers.map(({ ending }) => ending))
    .map(([ending, count]) => `${ending} × ${count}`)
    .join(', ');
}
