import type { EventSource, Position, SourceRecord } from '../../projector/ports/events.js';

/** Gives nothing, and ends when it is stopped. */
export class IdleSource implements EventSource {
  private ended: () => void = () => {};

  run(): Promise<void> {
    return new Promise((resolve) => {
      this.ended = resolve;
    });
  }

  async poll(_limit: number, waitMs: number): Promise<readonly SourceRecord[]> {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return [];
  }

  takePassed(): readonly Position[] {
    return [];
  }

  async commit(_positions: readonly Position[]): Promise<void> {}

  async stop(): Promise<void> {
    this.ended();
  }
}

/** Gives the records it was made with, then what was passed, then says that there are no more. */
export class MemorySource extends IdleSource {
  onExhausted: () => Promise<void> = async () => {};
  passed: Position[] = [];
  private readonly records: SourceRecord[];

  constructor(records: readonly SourceRecord[]) {
    super();
    this.records = [...records];
  }

  override async poll(limit: number, waitMs: number): Promise<readonly SourceRecord[]> {
    const taken = this.records.splice(0, limit);
    if (taken.length > 0) return taken;
    await this.onExhausted();
    return super.poll(limit, waitMs);
  }

  override takePassed(): readonly Position[] {
    return this.records.length > 0 ? [] : this.passed.splice(0);
  }
}
