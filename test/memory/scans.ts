/** What goes through everything that is stored, in memory. */
import type { AggregateName } from '../../mappings/events/event.js';
import { type Group, textOfGroup } from '../../mappings/rollups/group.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type { DocumentScan, ScannedDocument, Target } from '../../projector/ports/documents.js';
import type { Room } from '../../projector/ports/errors.js';
import type { EventLog, LogSpan, SourceRecord } from '../../projector/ports/events.js';
import type { BasisScan, StateCopy } from '../../projector/ports/states.js';
import type { TicketLevel } from '../../projector/ports/tickets.js';
import { charactersOf } from '../../projector/stores/characters.js';
import { decodeState } from '../../runtime/storage/state-codec.js';
import type { MemoryAggregateStore, MemoryDocumentStore, MemoryRollupStore, MemoryTicketCounter } from './stores.js';

/** Small, so that there are several. */
const PAGE = 2;

export class MemoryDocumentScan implements DocumentScan {
  constructor(private readonly documents: MemoryDocumentStore) {}

  async *pages(target: Target) {
    for await (const ids of this.ids(target)) yield [...(await this.read(target, ids)).values()];
  }

  async *ids(target: Target) {
    const ids = this.documents.ids(target);
    for (let from = 0; from < ids.length; from += PAGE) yield ids.slice(from, from + PAGE);
  }

  async read(target: Target, ids: readonly string[], room?: Room): Promise<Map<string, ScannedDocument>> {
    return new Map(
      ids.flatMap((id) => {
        const found = this.documents.stored(target, id);
        if (found === undefined) return [];
        room?.take(charactersOf(found.stored));
        return [[id, { id, ...found }] as const];
      }),
    );
  }

  async tickets(target: Target, ids: readonly string[]): Promise<Map<string, number>> {
    return new Map([...(await this.read(target, ids))].map(([id, { ticket }]) => [id, ticket]));
  }
}

export class MemoryTicketLevel implements TicketLevel {
  constructor(private readonly counter: MemoryTicketCounter) {}

  async last(): Promise<number> {
    return this.counter.last;
  }

  async raise(above: number): Promise<void> {
    this.counter.last = Math.max(this.counter.last, above);
  }
}

export class MemoryBasisScan implements BasisScan {
  constructor(
    private readonly aggregates: MemoryAggregateStore,
    private readonly sums: MemoryRollupStore,
  ) {}

  async states(aggregate: AggregateName, ids: readonly string[], room?: Room): Promise<Map<string, StateCopy>> {
    return new Map(
      ids.flatMap((id) => {
        const record = this.aggregates.records[aggregate].get(id);
        if (record === undefined) return [];
        room?.take(charactersOf(record));
        return [[id, { ...record, state: decodeState(record.state) }] as const];
      }),
    );
  }

  async rollups(rollup: RollupName, groups: readonly Group[]) {
    return new Map(
      groups.flatMap((group) => {
        const copy = this.sums.copy(rollup, group);
        return copy === undefined ? [] : [[textOfGroup(group), copy] as const];
      }),
    );
  }

  async *groups(rollup: RollupName) {
    const groups = this.sums.groups(rollup);
    for (let from = 0; from < groups.length; from += PAGE) yield groups.slice(from, from + PAGE);
  }
}

/** One partition a topic, named like the aggregate; offsets are places in the list of each. */
export class MemoryEventLog implements EventLog {
  constructor(
    private readonly records: readonly SourceRecord[],
    private readonly pageRecords = PAGE,
  ) {}

  async spans(aggregate: AggregateName): Promise<readonly LogSpan[]> {
    return [{ topic: aggregate, partition: 0, from: 0, to: this.recordsOf(aggregate).length }];
  }

  async spansSince(aggregate: AggregateName, time: number): Promise<readonly LogSpan[]> {
    const own = this.recordsOf(aggregate);
    const first = own.findIndex(({ timestamp }) => timestamp >= time);
    return [{ topic: aggregate, partition: 0, from: first < 0 ? own.length : first, to: own.length }];
  }

  async read(
    aggregate: AggregateName,
    spans: readonly LogSpan[],
    visit: (records: readonly SourceRecord[]) => Promise<void>,
  ): Promise<void> {
    for (const { from, to } of spans) {
      for (let at = from; at < to; at += this.pageRecords) {
        await visit(this.recordsOf(aggregate).slice(at, Math.min(to, at + this.pageRecords)));
      }
    }
  }

  private recordsOf(aggregate: AggregateName): readonly SourceRecord[] {
    return this.records.filter((record) => record.aggregate === aggregate);
  }
}
