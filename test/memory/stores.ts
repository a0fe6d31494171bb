/** The projector's ports in memory. They keep what a store would keep: encoded, so that nothing is shared by reference. */
import { missingRanges } from '../../mappings/aggregates/sequences.js';
import { NO_REFERENCES, type References } from '../../mappings/aggregates/state.js';
import type { Contribution, PeriodRange, PeriodSummary, StoredDocument, ViewName } from '../../mappings/contract.js';
import { type AggregateName, codePointOrder } from '../../mappings/events/event.js';
import { type Group, textOfGroup } from '../../mappings/rollups/group.js';
import type { RollupName, SummaryOf } from '../../mappings/rollups/summaries.js';
import type { ChangeFeed } from '../../projector/ports/changes.js';
import type { DayMark, SweepPlace } from '../../projector/ports/clock.js';
import type { DocumentStore, OutgoingDocument, Published, Target } from '../../projector/ports/documents.js';
import type { Room } from '../../projector/ports/errors.js';
import type { Position, PositionStore } from '../../projector/ports/events.js';
import type { Quarantine, QuarantinedRecord } from '../../projector/ports/quarantine.js';
import type { OwnerPage, RollupStore } from '../../projector/ports/rollups.js';
import type {
  AggregateStore,
  Contributions,
  FoundGap,
  FullStates,
  Gap,
  GapScan,
  Referring,
  RollupCopy,
  StateRecord,
  StateWrite,
} from '../../projector/ports/states.js';
import type { Ticket, TicketCounter } from '../../projector/ports/tickets.js';
import type { Change } from '../../runtime/storage/changes.js';
import { readContributions } from '../../runtime/storage/contributions.js';
import { OtherShape } from '../../runtime/storage/shape.js';
import { decodeState } from '../../runtime/storage/state-codec.js';

interface StoredState {
  readonly version: number;
  readonly state: string;
  readonly references: References;
  readonly contributions: Contributions;
  readonly gap?: Gap;
}

export class MemoryAggregateStore implements AggregateStore {
  readonly records: Record<AggregateName, Map<string, StoredState>> = {
    customers: new Map(),
    products: new Map(),
    orders: new Map(),
  };

  async read(aggregate: AggregateName, ids: readonly string[], room?: Room): Promise<Map<string, StateRecord>> {
    const found = new Map<string, StateRecord>();
    for (const id of ids) {
      const record = this.records[aggregate].get(id);
      if (record === undefined) continue;
      const { version, state } = record;
      room?.take(state.length);
      found.set(id, { version, state: decodeState(state), length: state.length, ...gapOf(record) });
    }
    return found;
  }

  async versions(aggregate: AggregateName, ids: readonly string[]): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for (const id of ids) {
      const record = this.records[aggregate].get(id);
      if (record !== undefined) found.set(id, record.version);
    }
    return found;
  }

  async write(aggregate: AggregateName, writes: readonly StateWrite[]): Promise<ReadonlySet<string>> {
    const conflicts = new Set<string>();
    for (const { id, expected, state: _, text, ...kept } of writes) {
      if ((this.records[aggregate].get(id)?.version ?? 0) !== expected) {
        conflicts.add(id);
        continue;
      }
      this.records[aggregate].set(id, { version: expected + 1, state: text, ...kept });
    }
    return conflicts;
  }

  async referring(reference: keyof References, ids: readonly string[], limit: number) {
    return this.referringTo(reference, ids).slice(0, limit);
  }

  async referringAfter(reference: keyof References, id: string, after: string | null, limit: number) {
    return this.referringTo(reference, [id])
      .filter(({ orderId }) => after === null || codePointOrder(orderId, after) > 0)
      .sort((a, b) => codePointOrder(a.orderId, b.orderId))
      .slice(0, limit);
  }

  private referringTo(reference: keyof References, ids: readonly string[]): Referring[] {
    return [...this.records.orders]
      .map(([orderId, { references = NO_REFERENCES }]) => {
        const referred = references[reference].filter((id) => ids.includes(id));
        return { orderId, referred, customer: references.customer };
      })
      .filter(({ referred }) => referred.length > 0);
  }
}

function gapOf({ gap }: StoredState): { readonly gap?: Gap } {
  return gap === undefined ? {} : { gap };
}

export class MemoryGapScan implements GapScan {
  constructor(private readonly states: MemoryAggregateStore) {}

  async count(aggregate: AggregateName, seenUntil: number): Promise<number> {
    return this.found(aggregate).filter(({ since }) => since <= seenUntil).length;
  }

  async list(aggregate: AggregateName, limit: number): Promise<readonly FoundGap[]> {
    return this.found(aggregate)
      .sort((a, b) => a.since - b.since)
      .slice(0, limit);
  }

  private found(aggregate: AggregateName): FoundGap[] {
    return [...this.states.records[aggregate]].flatMap(([id, { state, gap }]) =>
      gap === undefined ? [] : [{ id, since: gap.since, missing: missingRanges(decodeState(state).sequences) }],
    );
  }
}

/** Small, so that there are several. */
const PAGE_OWNERS = 2;

interface StoredSum extends RollupCopy {
  readonly group: Group;
}

export class MemoryRollupStore implements RollupStore {
  private readonly sums = new Map<RollupName, Map<string, StoredSum>>();

  constructor(private readonly states: MemoryAggregateStore) {}

  async members(
    rollup: RollupName,
    groups: readonly Group[],
    visit: (group: string, contribution: Contribution) => void,
  ): Promise<void> {
    const wanted = new Set(groups.map(textOfGroup));
    for (const { contributions } of this.states.records.orders.values()) {
      for (const contribution of readContributions(contributions[rollup]?.json ?? '[]')) {
        const text = textOfGroup(contribution);
        if (wanted.has(text)) visit(text, contribution);
      }
    }
  }

  async read<Name extends RollupName>(
    rollup: Name,
    owners: readonly string[],
    firstPeriod: string | null,
    room?: Room,
  ) {
    const found = new Map<string, PeriodSummary<Name>[]>(owners.map((owner) => [owner, []]));
    for (const { group, summary } of this.sumsOf(rollup).values()) {
      const { owner, period } = group;
      if (firstPeriod !== null && period < firstPeriod) continue;
      const own = found.get(owner);
      if (own === undefined) continue;
      room?.take(summary.length);
      own.push({ period, summary: JSON.parse(summary) as SummaryOf[Name] });
    }
    for (const periods of found.values()) periods.sort((a, b) => (a.period < b.period ? 1 : -1));
    return found;
  }

  async owners(rollup: RollupName, periods: readonly PeriodRange[], after: string | null): Promise<OwnerPage> {
    const owners = this.groups(rollup).flatMap(({ owner, period }) =>
      periods.some(({ from, to }) => period >= from && period <= to) ? [owner] : [],
    );
    const following = [...new Set(owners)].filter((owner) => after === null || owner > after).sort();
    const page = following.slice(0, PAGE_OWNERS);
    return { owners: page, next: following.length > PAGE_OWNERS ? (page.at(-1) ?? null) : null };
  }

  async write<Name extends RollupName>(
    rollup: Name,
    ticket: Ticket,
    summaries: readonly { readonly group: Group; readonly summary: SummaryOf[Name] }[],
  ): Promise<void> {
    for (const { group, summary } of summaries) {
      if (this.ticketOf(rollup, group) >= ticket) continue;
      this.sumsOf(rollup).set(textOfGroup(group), { group, ticket, summary: JSON.stringify(summary) });
    }
  }

  /** The groups that have a record. */
  groups(rollup: RollupName): Group[] {
    return [...this.sumsOf(rollup).values()].map(({ group }) => group);
  }

  copy(rollup: RollupName, group: Group): RollupCopy | undefined {
    return this.sumsOf(rollup).get(textOfGroup(group));
  }

  /** What somebody else does to it, past the guard. */
  tamper(rollup: RollupName, group: Group, summary: string): void {
    this.sumsOf(rollup).set(textOfGroup(group), { group, ticket: this.ticketOf(rollup, group), summary });
  }

  /** The ticket that the group's record carries; 0 when there is none. */
  ticketOf(rollup: RollupName, group: Group): number {
    return this.copy(rollup, group)?.ticket ?? 0;
  }

  private sumsOf(rollup: RollupName): Map<string, StoredSum> {
    const sums = this.sums.get(rollup) ?? new Map<string, StoredSum>();
    this.sums.set(rollup, sums);
    return sums;
  }
}

export class MemoryTicketCounter implements TicketCounter {
  /** The highest ticket that was given; 0 before the first. */
  last = 0;

  async next(): Promise<Ticket> {
    this.last += 1;
    return this.last as Ticket;
  }

  /** As a process has it that writes documents of another shape. */
  strange(): TicketCounter {
    return {
      next: async () => {
        throw new OtherShape({ number: 1 });
      },
    };
  }
}

export class MemoryDayMark implements DayMark {
  day: string | null = null;
  private leasedTo: string | null = null;
  private leasedUntil = 0;
  private sweep: { readonly today: string; readonly place: SweepPlace } | null = null;

  async read(today: string): Promise<string> {
    this.day ??= today;
    return this.day;
  }

  async lease(owner: string, now: number, leaseMs: number): Promise<boolean> {
    if (this.leasedTo !== owner && this.leasedUntil >= now) return false;
    this.leasedTo = owner;
    this.leasedUntil = now + leaseMs;
    return true;
  }

  async reached(today: string): Promise<SweepPlace | null> {
    return this.sweep?.today === today ? this.sweep.place : null;
  }

  async reach(today: string, place: SweepPlace): Promise<void> {
    this.sweep = { today, place };
  }

  async advance(today: string): Promise<void> {
    if (this.day !== null && this.day < today) this.day = today;
  }
}

export class MemoryPositionStore implements PositionStore {
  private readonly positions = new Map<string, Position>();

  async read(): Promise<readonly Position[]> {
    return [...this.positions.values()];
  }

  /** The partition's durable position; 0 when there is none. */
  next({ topic, partition }: { readonly topic: string; readonly partition: number }): number {
    return this.positions.get(`${topic}/${partition}`)?.next ?? 0;
  }

  async write(positions: readonly Position[]): Promise<void> {
    for (const position of positions) {
      const name = `${position.topic}/${position.partition}`;
      if ((this.positions.get(name)?.next ?? -1) < position.next) this.positions.set(name, position);
    }
  }
}

export class MemoryDocumentStore implements DocumentStore {
  private readonly documents = new Map<string, { readonly ticket: Ticket; readonly stored: string }>();
  readonly refused: { readonly id: string; readonly ticket: Ticket; readonly reason: string }[] = [];

  /** `isFit`: a store may refuse documents for good. */
  constructor(private readonly isFit: (stored: StoredDocument) => boolean = () => true) {}

  async publish(
    { view, revision }: Target,
    ticket: Ticket,
    documents: Iterable<OutgoingDocument>,
    /** Nothing is waited for. */
    _signal?: AbortSignal,
  ): Promise<Published> {
    let written = 0;
    let superseded = 0;
    let refused = 0;
    for (const { id, stored } of documents) {
      const key = `${view}/${revision}/${id}`;
      if ((this.documents.get(key)?.ticket ?? 0) >= ticket) {
        superseded += 1;
      } else if (stored !== null && !this.isFit(stored)) {
        refused += 1;
        this.refused.push({ id, ticket, reason: 'unfit' });
      } else {
        this.documents.set(key, { ticket, stored: JSON.stringify(stored) });
        written += 1;
      }
    }
    return { written, superseded, refused };
  }

  /** The ticket that the document carries, tombstones included; 0 when there is none. */
  ticketOf({ view, revision }: Target, id: string): number {
    return this.documents.get(`${view}/${revision}/${id}`)?.ticket ?? 0;
  }

  /** What somebody else does to it, past the guard; `undefined` removes it. */
  tamper(
    { view, revision }: Target,
    id: string,
    document: { ticket: number; stored: StoredDocument } | undefined,
  ): void {
    const key = `${view}/${revision}/${id}`;
    if (document === undefined) this.documents.delete(key);
    else this.documents.set(key, { ticket: document.ticket as Ticket, stored: JSON.stringify(document.stored) });
  }

  /** Of all that is there, tombstones included. */
  ids({ view, revision }: Target): string[] {
    const prefix = `${view}/${revision}/`;
    return [...this.documents.keys()].flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
  }

  /** What is there, tombstones included: `stored: null`. */
  stored({ view, revision }: Target, id: string): { ticket: Ticket; stored: StoredDocument | null } | undefined {
    const document = this.documents.get(`${view}/${revision}/${id}`);
    if (document === undefined) return undefined;
    return { ticket: document.ticket, stored: JSON.parse(document.stored) as StoredDocument | null };
  }

  /** What readers see: id to the stored document, tombstones left out. */
  visible({ view, revision }: Target): Map<string, Record<string, unknown>> {
    const prefix = `${view}/${revision}/`;
    return new Map(
      [...this.documents].flatMap(([key, { stored }]) => {
        const document = JSON.parse(stored) as Record<string, unknown> | null;
        return key.startsWith(prefix) && document !== null ? [[key.slice(prefix.length), document] as const] : [];
      }),
    );
  }
}

export class MemoryChangeFeed implements ChangeFeed {
  readonly announced: Change[] = [];
  private readonly tickets = new Map<string, number>();

  async announce(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      this.announced.push(change);
      const key = `${change.view}/${change.id}`;
      this.tickets.set(key, Math.max(change.ticket, this.tickets.get(key) ?? 0));
    }
  }

  /** The highest ticket under which the document was announced; 0 when it never was. */
  ticketOf(view: ViewName, id: string): number {
    return this.tickets.get(`${view}/${id}`) ?? 0;
  }
}

export class MemoryQuarantine implements Quarantine, FullStates {
  readonly records = new Map<string, QuarantinedRecord>();

  async add(records: readonly QuarantinedRecord[]): Promise<void> {
    for (const quarantined of records) {
      const { topic, partition, offset } = quarantined.record;
      this.records.set(`${topic}/${partition}/${offset}`, quarantined);
    }
  }

  async among(aggregate: AggregateName, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const full = [...this.records.values()].filter(
      ({ reason, record }) => reason === 'state-too-large' && record.aggregate === aggregate,
    );
    return new Set(full.map(({ record: { key } }) => String(key)).filter((id) => ids.includes(id)));
  }
}
