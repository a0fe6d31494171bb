/** Sums over the orders of one owner and period. */

import type { Contribution, PeriodRange, PeriodSummary } from '../../mappings/contract.js';
import type { Group } from '../../mappings/rollups/group.js';
import type { RollupName, SummaryOf } from '../../mappings/rollups/summaries.js';
import type { Room } from './errors.js';
import type { Ticket } from './tickets.js';

export interface RollupStore {
  /** Shows every member of the groups, one by one, with its group's text. */
  members(
    rollup: RollupName,
    groups: readonly Group[],
    visit: (group: string, contribution: Contribution) => void,
  ): Promise<void>;
  /** The groups of the owners that exist, from `firstPeriod` on when given, latest period first. @throws NoRoom */
  read<Name extends RollupName>(
    rollup: Name,
    owners: readonly string[],
    firstPeriod: string | null,
    room?: Room,
  ): Promise<Map<string, PeriodSummary<Name>[]>>;
  /** The next owners that have a group in any of the periods, in an order of the store's; after `null` come the first. */
  owners(rollup: RollupName, periods: readonly PeriodRange[], after: string | null): Promise<OwnerPage>;
  /** Guarded by ticket. Done or superseded when it resolves. */
  write<Name extends RollupName>(
    rollup: Name,
    ticket: Ticket,
    summaries: readonly { readonly group: Group; readonly summary: SummaryOf[Name] }[],
  ): Promise<void>;
}

export interface OwnerPage {
  readonly owners: readonly string[];
  /** Where the next page begins; `null`: this is the last one. */
  readonly next: string | null;
}
