/** Takes events through the pipeline that are not read as a member of the group: by the steps of pipeline/projection.ts. */
import { erasureOf } from '../../mappings/aggregates/erasure.js';
import type { DecodedDelivery } from '../pipeline/decode.js';
import { Dirty } from '../pipeline/dirty.js';
import { foldBatch } from '../pipeline/fold.js';
import { chunksOf, publishAll } from '../pipeline/publish.js';
import { resolve } from '../pipeline/resolve.js';
import type { QuarantinedRecord } from '../ports.js';
import type { OperatedGeneration } from './operated.js';

/** Where they are taken to. */
export type FoldedGeneration = Pick<
  OperatedGeneration,
  'fold' | 'erasures' | 'publish' | 'patience' | 'chunkDocumentsMax'
>;

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
  { fold, erasures, patience }: Pick<OperatedGeneration, 'fold' | 'erasures' | 'patience'>,
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
