/**
 * Tells what has drifted from what is merely in flight. A look reads what is stored, then what it follows from. When the
 * two do not agree, the look is repeated after everything that had been merged by then is done: had the stored one been
 * rendered before such a merge, it would have been written anew meanwhile. One that was not touched, and still does not
 * agree, has drifted; one that was is looked at anew. See docs/convergence.md.
 */

export interface DriftPorts<Look> {
  /** Those of the names where something does not agree now. What is stored is read first. */
  readonly look: (names: readonly string[]) => Promise<ReadonlyMap<string, Look>>;
  /** Whether what is stored has been written between the two. */
  readonly wasWritten: (before: Look, now: Look) => boolean;
  /**
   * Resolves when everything that was merged when it was called is done, jobs and the day's sweep included: true; false
   * when that takes too long.
   */
  readonly settle: () => Promise<boolean>;
}

export interface Drift<Look> {
  readonly drifted: ReadonlyMap<string, Look>;
  /** They changed whenever they were looked at, or events were waiting for too long: nothing is known of them. */
  readonly undecided: readonly string[];
}

/** `suspects`: the looks at those that did not agree. A suspect that changes all the time is given up after `looksMax`. */
export async function proveDrift<Look>(
  { look, wasWritten, settle }: DriftPorts<Look>,
  suspects: ReadonlyMap<string, Look>,
  looksMax: number,
): Promise<Drift<Look>> {
  const drifted = new Map<string, Look>();
  let before = suspects;
  for (let looks = 1; before.size > 0 && looks < looksMax; looks += 1) {
    if (!(await settle())) break;
    const changed = new Map<string, Look>();
    for (const [name, now] of await look([...before.keys()])) {
      const last = before.get(name);
      if (last === undefined || wasWritten(last, now)) changed.set(name, now);
      else drifted.set(name, last);
    }
    before = changed;
  }
  return { drifted, undecided: [...before.keys()] };
}
