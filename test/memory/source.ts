import type { EventSource, Position, SourceRecord } from '../../projector/ports.js';

/** Gives the records it was made with, then ends the projection that polls it. */
export class MemorySource implements EventSource {
  private readonly records: SourceRecord[];
  readonly committed: Position[] = [];
  private ended: () => void = () => {};

  constructor(
    records: readonly SourceRecord[],
    private readonly exhausted: () => void,
  ) {
    this.records = [...records];
  }

  run(): Promise<void> {
    return new Promise((resolve) => {
      this.ended = resolve;
    });
  }

  async poll(limit: number): Promise<readonly SourceRecord[]> {
    const taken = this.records.splice(0, limit);
    if (taken.length === 0) this.exhausted();
    return taken;
  }

  async commit(positions: readonly Position[]): Promise<void> {
    this.committed.push(...positions);
  }

  async stop(): Promise<void> {
    this.ended();
  }
}
