/** A document as of former states of its aggregate; all else is as now, each read once. */
import type { AggregateState } from '../../mappings/aggregates/state.js';
import { dayOf } from '../../mappings/calendar.js';
import type { PeriodSummary, View } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { gather } from '../../mappings/loading.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';
import type { GenerationRecord } from '../../runtime/storage/records.js';
import type { BasisSource } from '../ports/history.js';

interface PastOf {
  readonly generation: GenerationRecord;
  readonly view: View;
  /** That the document is of. */
  readonly aggregate: AggregateName;
  readonly id: string;
}

export class PastDocuments {
  readonly #present: Present;
  readonly #of: PastOf;
  readonly #today: string;

  constructor({ basis, now }: { readonly basis: BasisSource; readonly now: () => number }, of: PastOf) {
    this.#present = new Present(basis, of.generation.number);
    this.#of = of;
    this.#today = dayOf(now(), of.generation.businessTimeZone);
  }

  /** As the API shows it; `null` when there is none to see. */
  async as(state: AggregateState): Promise<unknown> {
    const { generation, view, aggregate, id } = this.#of;
    const { businessTimeZone, reportingCurrency } = generation;
    const settings = { businessTimeZone, reportingCurrency };
    const present = this.#present;
    const asOf = new Map([[id, state]]);
    const sources = {
      states: async (name: AggregateName, ids: readonly string[]) =>
        name === aggregate ? new Map([...(await present.states(name, ids)), ...asOf]) : present.states(name, ids),
      periods: (rollup: RollupName, owners: readonly string[]) => present.periods(rollup, owners),
    };
    const loaded = await gather(sources, new Map([[view, [id]]]), this.#today);
    const rendered = view.render(id, loaded, { ...settings, today: this.#today });
    return rendered.kind === 'visible' ? view.fromStored(view.toStored(rendered.document, settings)) : null;
  }
}

class Present {
  readonly #known = new Map<string, Promise<ReadonlyMap<string, never>>>();

  constructor(
    readonly basis: BasisSource,
    readonly generation: number,
  ) {}

  states(name: AggregateName, ids: readonly string[]): Promise<ReadonlyMap<string, AggregateState>> {
    return this.#once(`${name} ${ids.join()}`, () => this.basis.states(this.generation, name, ids));
  }

  periods(rollup: RollupName, owners: readonly string[]): Promise<ReadonlyMap<string, readonly PeriodSummary[]>> {
    return this.#once(`${rollup} ${owners.join()}`, () => this.basis.periods(this.generation, rollup, owners));
  }

  #once<Found>(key: string, read: () => Promise<Found>): Promise<Found> {
    const known = this.#known.get(key) as Promise<Found> | undefined;
    if (known !== undefined) return known;
    const reading = read();
    this.#known.set(key, reading as Promise<never>);
    return reading;
  }
}
