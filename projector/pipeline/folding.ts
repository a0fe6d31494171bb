/** Takes events through the pipeline that are not read as a member of the group: by the steps of pipeline/projection.ts. */
import { erasureOf } from '../../mappings/aggregates/erasure.js';
import type { Erasures, QuarantinedRecord } from '../ports/quarantine.js';
import type { Patience } from '../work/retry-policy.js';
import type { DecodedDelivery } from './decode.js';
import { Dirty } from './dirty.js';
import { type FoldPorts, foldBatch } from './fold.js';
import { chunksOf, type PublishPorts, publishAll } from './publish.js';
import { type ResolvePorts, resolve } from './resolve.js';

/** Where they are taken to. */
export interface FoldedGeneration {
  readonly fold: FoldPorts;
  readonly erasures: Erasures;
  readonly publish: PublishPorts & ResolvePorts;
  readonly patience: Patience;
  readonly chunkDocumentsMax: number;
}

/** Resolves when everything that they lead to is durable. Returns those that reuse the id of another event. */
export async function foldAndPublish(
  operated: FoldedGeneration,
  deliveries: readonly DecodedDelivery[],
): Promise<readonly QuarantinedRecord[]> {
  const { publish, patience, chunkDocumentsMax } = operated;
  const dirty = new Dirty();
  const reused = await foldInto(operated, deliveries, dirty);
  const documents = await patience.until(() => resolve(publish, dirty));
  await publishAll(publish, patience, chunksOf(documents, chunkDocumentsMax));
  return reused;
}

/** Resolves when the states are durable; what they lead to is noted. Returns those that reuse the id of another event. */
export async function foldInto(
  { fold, erasures, patience }: Pick<FoldedGeneration, 'fold' | 'erasures' | 'patience'>,
  deliveries: readonly DecodedDelivery[],
  dirty: Dirty,
): Promise<readonly QuarantinedRecord[]> {
  const reused = await patience.until(() => foldBatch(fold, deliveries, dirty));
  const erased = deliveries.flatMap(({ event, record }) => {
    const erasure = erasureOf(event);
    return erasure === null || reused.some((other) => other.record === record) ? [] : [erasure];
  });
  if (erased.length > 0) await patience.until(() => erasures.carryOut(erased));
  return reused;
}
