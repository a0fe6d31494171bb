/** What is wrong in kafkajs 2.2.4, which has no successor, and is put right here: once per process, in its own classes. */

import { repairFetchedBatches } from '../../../runtime/kafkajs/fetched-batches.js';
import { quietIdleConnections } from '../../../runtime/kafkajs/idle-connections.js';
import { keepOffsets } from './offset-out-of-range.js';

let done = false;

/** Before the first consumer is made, or at any time: what is replaced is looked up at each use. */
export function repairKafkajs(): void {
  if (done) return;
  done = true;
  quietIdleConnections();
  repairFetchedBatches();
  keepOffsets();
}
