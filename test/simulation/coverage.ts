/** What struck, how often: a simulation in which a kind of fault never struck proves nothing about it. */
export class Coverage {
  readonly counts = new Map<string, number>();

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  include(other: Coverage): void {
    for (const [what, times] of other.counts) this.count(what, times);
  }

  /** Those of `expected` that never struck. */
  missing(expected: readonly string[]): readonly string[] {
    return expected.filter((what) => this.of(what) === 0);
  }

  report(): string {
    const { faults, crashPoints } = this.parted();
    const table = [...crashPoints]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([call, { before, after }]) => {
        return `  ${call.padEnd(24)} ${String(before).padStart(9)} ${String(after).padStart(9)}`;
      });
    return [
      ...faults.map(([what, times]) => `${String(times).padStart(9)}  ${what}`),
      'crash points (calls under way when their process died):',
      `  ${'call'.padEnd(24)} ${'unapplied'.padStart(9)} ${'applied'.padStart(9)}`,
      ...table,
    ].join('\n');
  }

  private parted() {
    const faults: [string, number][] = [];
    const crashPoints = new Map<string, { before: number; after: number }>();
    for (const [what, times] of [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const [, phase, call] = /^crash (before|after) (.*)$/.exec(what) ?? [];
      if (call === undefined || (phase !== 'before' && phase !== 'after')) {
        faults.push([what, times]);
        continue;
      }
      const point = crashPoints.get(call) ?? { before: 0, after: 0 };
      point[phase] += times;
      crashPoints.set(call, point);
    }
    return { faults, crashPoints };
  }
}

/** Every kind of fault: the suite fails when one of them never struck. */
export const FAULTS = [
  'a process crashed',
  'a write of a dead process was applied later',
  'a process stalled',
  'a zombie wrote',
  'a process stopped in order',
  'partitions were assigned anew',
  'an event arrived again',
  'an event arrived after a later one',
  'a state write met another',
  'a document was superseded',
  'a document was announced late',
  'a rollup was superseded',
  'a position came late',
  'a store refused before the effect',
  'a store gave no answer after the effect',
  'a store timed out and did it later',
  'the clock moved to another day',
  'a malformed record arrived',
  'a group commit was fenced off',
  'a rebuild went on to its next phase',
  'a rebuild was taken up where another left it',
  'a job was asked for',
  'a job was taken up where another left it',
  'a job got another pass',
] as const;
