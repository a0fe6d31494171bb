/** What must hold at every moment, looked at whenever a write takes effect. */
import type { AggregateState } from '../../mappings/aggregates/state.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { type Group, textOfGroup } from '../../mappings/rollups/group.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type { Target } from '../../projector/ports/documents.js';
import type { Position } from '../../projector/ports/events.js';
import type { Change } from '../../runtime/storage/changes.js';
import { decodeState } from '../../runtime/storage/state-codec.js';
import type { Coverage } from './coverage.js';
import { nameOf, type World } from './world.js';

export class Invariants {
  /** Event id to the highest ticket that had been given when the event was merged. */
  private readonly mergedAt = new Map<string, number>();
  /** Of each key, the generation of its last job. */
  private readonly jobGenerations = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly coverage: Coverage,
  ) {}

  /** States only grow: by one version, in what they have merged and in the groups they ever were in. */
  async stateWrite(aggregate: AggregateName, id: string, write: () => Promise<ReadonlySet<string>>) {
    const records = this.world.aggregates.records[aggregate];
    const before = records.get(id);
    const conflicts = await write();
    const after = records.get(id);
    if (conflicts.has(id)) this.coverage.count('a state write met another');
    if (after === undefined || after === before) return conflicts;
    const what = `${aggregate}/${id}`;
    if (after.version !== (before?.version ?? 0) + 1) {
      this.world.violate(`The state of ${what} went from version ${before?.version ?? 0} to ${after.version}.`);
    }
    const now = decodeState(after.state);
    const merged = idsOf(now);
    const formerly = before === undefined ? null : decodeState(before.state);
    if (formerly !== null) this.assertGrown(what, formerly, now, merged);
    const known = formerly === null ? new Set<string>() : idsOf(formerly);
    // What is not founded is not written: the event that founds it asks for the first document.
    if (now.founded === null && now.deleted === null) return conflicts;
    for (const eventId of merged) if (!known.has(eventId)) this.mergedAt.set(eventId, this.world.tickets.last);
    return conflicts;
  }

  /** Tickets of what is stored only grow. */
  async publish<Answer>(target: Target, ids: readonly string[], write: () => Promise<Answer>): Promise<Answer> {
    const tickets = () => ids.map((id) => this.world.documents.ticketOf(target, id));
    return this.guarded(target.view, 'document', tickets, write);
  }

  async rollupWrite<Answer>(
    rollup: RollupName,
    groups: readonly Group[],
    write: () => Promise<Answer>,
  ): Promise<Answer> {
    const tickets = () => groups.map((group) => this.world.rollups.ticketOf(rollup, group));
    return this.guarded(rollup, 'rollup', tickets, write);
  }

  /** Who hears of a document reads it at once: it is there by then, under the ticket announced or a higher one. */
  async announce(changes: readonly Change[], write: () => Promise<void>): Promise<void> {
    await write();
    for (const change of changes) {
      const { view, id, ticket } = change;
      this.world.read(change);
      const stored = this.world.documents.ticketOf({ view, revision: 1 }, id);
      if (stored < ticket) {
        this.world.violate(`${view}/${id} was announced under ticket ${ticket}; the document has ticket ${stored}.`);
      } else if (stored > ticket) this.coverage.count('a document was announced late');
    }
  }

  /** Positions never go back, and never beyond an event that is not merged, set apart, or shown by its own document. */
  async positionsWrite(positions: readonly Position[], write: () => Promise<void>): Promise<void> {
    const before = positions.map((position) => this.world.positions.next(position));
    await write();
    positions.forEach((position, place) => {
      const from = before[place] ?? 0;
      const to = this.world.positions.next(position);
      if (to < from) this.world.violate(`The position of ${nameOf(position)} went back from ${from} to ${to}.`);
      if (position.next < from) this.coverage.count('a position came late');
      for (const entry of this.world.entries(position).slice(from, to)) {
        const problem = this.unsettled(entry);
        if (problem !== null) this.world.violate(`${nameOf(position)} was durable to ${to}, but ${problem}.`);
      }
    });
  }

  /** A job that begins has a generation that none of its key ever had: a zombie cannot take it for its own. */
  async jobsWrite(write: () => Promise<void>): Promise<void> {
    const before = await this.jobs();
    await write();
    for (const [key, generation] of await this.jobs()) {
      const last = this.jobGenerations.get(key) ?? 0;
      if (!before.has(key) && generation <= last)
        this.world.violate(`A job of ${key} begins with generation ${generation}; it had ${last} before.`);
      this.jobGenerations.set(key, generation);
    }
  }

  private async jobs(): Promise<Map<string, number>> {
    const jobs = await this.world.jobs.list();
    return new Map(
      jobs.map(({ view, reference, referredId, generation }) => [`${view}/${reference}/${referredId}`, generation]),
    );
  }

  private async guarded<Answer>(
    what: string,
    kind: 'document' | 'rollup',
    tickets: () => number[],
    write: () => Promise<Answer>,
  ): Promise<Answer> {
    const before = tickets();
    const answer = await write();
    const after = tickets();
    before.forEach((ticket, place) => {
      const now = after[place] ?? 0;
      if (now === ticket && ticket !== 0) this.coverage.count(`a ${kind} was superseded`);
      if (now < ticket) this.world.violate(`A ${kind} of ${what} went back from ticket ${ticket} to ${now}.`);
    });
    return answer;
  }

  private assertGrown(what: string, before: AggregateState, now: AggregateState, merged: ReadonlySet<string>): void {
    for (const { version } of before.remembered) {
      if (!merged.has(version.eventId)) this.world.violate(`The state of ${what} forgot event ${version.eventId}.`);
    }
    for (const [rollup, groups] of before.groups) {
      const kept = new Set(now.groups.get(rollup)?.map(textOfGroup));
      for (const group of groups.map(textOfGroup)) {
        if (!kept.has(group)) this.world.violate(`The state of ${what} forgot that it ever was in ${rollup} ${group}.`);
      }
    }
  }

  private unsettled({ record, published }: ReturnType<World['entries']>[number]): string | null {
    const place = `${record.topic}/${record.partition}/${record.offset}`;
    if (published === null) return this.world.quarantine.records.has(place) ? null : `${place} was not set apart`;
    const { id, subject, type } = published.event;
    if (type === 'customer.erased' && !this.world.erased.has(id)) return `${place} (${id}) was not carried out`;
    const state = this.world.aggregates.records[published.topic].get(subject);
    if (state === undefined || !idsOf(decodeState(state.state)).has(id)) return `${place} (${id}) was not merged`;
    const shown = this.world.documents.ticketOf({ view: published.topic, revision: 1 }, subject);
    const mergedAt = this.mergedAt.get(id);
    if (shown === 0 || mergedAt === undefined) return null;
    if (shown <= mergedAt) return `${place} (${id}) was not in the document of ${published.topic}/${subject}`;
    const announced = this.world.changes.ticketOf(published.topic, subject);
    if (announced <= mergedAt && this.world.isFollowed(mergedAt)) {
      return `${place} (${id}) was in the document of ${published.topic}/${subject}, which was not announced`;
    }
    return null;
  }
}

function idsOf(state: AggregateState): Set<string> {
  return new Set(state.remembered.map(({ version }) => version.eventId));
}
