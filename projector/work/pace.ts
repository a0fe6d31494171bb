import type { Clock } from '../ports/clock.js';

/** Holds work back to so many documents a second; 0: as fast as it goes. */
export class Pace {
  private documents = 0;
  private readonly begun: number;

  constructor(
    private readonly perSecond: number,
    private readonly clock: Clock,
    private readonly sleep: (ms: number) => Promise<void>,
  ) {
    this.begun = clock.now();
  }

  /** Resolves when it is time to go on after so many more. */
  async done(documents: number): Promise<void> {
    if (this.perSecond === 0) return;
    this.documents += documents;
    const ahead = this.begun + (1000 * this.documents) / this.perSecond - this.clock.now();
    if (ahead > 0) await this.sleep(ahead);
  }
}
