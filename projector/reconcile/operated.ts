/** A generation as operators work on it, beside the processes that follow it. */

import type { GenerationRecord } from '../../runtime/storage/records.js';
import type { FoldPorts } from '../pipeline/fold.js';
import type { Erasures } from '../ports/quarantine.js';
import type { RefusalDesk } from '../ports/refusals.js';
import type { GapPorts } from './gaps.js';
import type { RefusedSoFar } from './refused-so-far.js';
import type { StateCheckPorts } from './states.js';

export interface OperatedGeneration extends StateCheckPorts {
  readonly record: GenerationRecord;
  readonly fold: FoldPorts;
  readonly erasures: Erasures;
  readonly sleep: (ms: number) => Promise<void>;
  readonly refusals: RefusalDesk;
  /** Documents that a store has refused of what this operation wrote. */
  readonly refused: Pick<RefusedSoFar, 'take'>;
  readonly gaps: GapPorts;
}
