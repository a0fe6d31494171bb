/** The names of everything derived: each carries its namespace and generation, documents also their revision. */
import type { References } from '../../mappings/aggregates/state.js';
import type { ViewName } from '../../mappings/contract.js';
import type { AggregateName } from '../../mappings/events/event.js';
import type { RollupName } from '../../mappings/rollups/summaries.js';

export interface GenerationNames {
  readonly namespace: string;
  readonly generation: number;
}

export function databaseOf(namespace: string): string {
  return namespace;
}

/** Collections that belong to the namespace as a whole. */
export const REGISTRY_COLLECTION = 'registry';
export const QUARANTINE_COLLECTION = 'quarantine';
export const ERASURES_COLLECTION = 'erasures';
export const REBUILDS_COLLECTION = 'rebuilds';
export const REBUILD_COSTS_COLLECTION = 'rebuild_costs';
export const AUDIT_COLLECTION = 'audit';
export const SECRETS_COLLECTION = 'secrets';

/** Of the record in `secrets`. */
export const CURSOR_SECRET_ID = 'cursors';

export function stateCollection(generation: number, aggregate: AggregateName): string {
  return `g${generation}_states_${aggregate}`;
}

export function rollupCollection(generation: number, rollup: RollupName): string {
  return `g${generation}_rollups_${rollup}`;
}

export function positionsCollection(generation: number): string {
  return `g${generation}_positions`;
}

export function ticketsCollection(generation: number): string {
  return `g${generation}_tickets`;
}

export function dayMarkCollection(generation: number): string {
  return `g${generation}_day`;
}

export function checkCollection(generation: number): string {
  return `g${generation}_check`;
}

export function jobsCollection(generation: number): string {
  return `g${generation}_jobs`;
}

/** Of the job that brings the changes of one customer or product to a view's documents. */
export function jobId(view: ViewName, reference: keyof References, referredId: string): string {
  return `${view}/${reference}/${referredId}`;
}

export function refusedCollection(generation: number): string {
  return `g${generation}_refused`;
}

/** A view's collection of documents in MongoDB. */
export function documentsCollection(generation: number, view: ViewName, revision: number): string {
  return `g${generation}_documents_${view}_r${revision}`;
}

/** A view's index in Elasticsearch. */
export function documentsIndex({ namespace, generation }: GenerationNames, view: ViewName, revision: number): string {
  return `${namespace}-g${generation}-${view}-r${revision}`;
}

export function consumerGroup({ namespace, generation }: GenerationNames): string {
  return `${namespace}.g${generation}`;
}

export function quarantineTopic(namespace: string): string {
  return `${namespace}.quarantine`;
}

/** Where a generation's projectors say which documents they have written. */
export function changesTopic({ namespace, generation }: GenerationNames): string {
  return `${namespace}.g${generation}.changes`;
}

/** What a snapshot may be called. */
export const SNAPSHOT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
