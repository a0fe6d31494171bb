/** Why a batch is told by one record in its place, whatever its format. */
import { type Malformed, malformed } from '../../mappings/events/reasons.js';
import { BatchTooLarge } from './batch-limits.js';

/** Without them nothing is known of a batch: it may be read the next time. */
const WITHOUT_MEMORY = /Z_MEM_ERROR|MEMORY_ALLOCATION|memory_allocation|Array buffer allocation failed/;

/**
 * No batch stops a process: Kafka would bring it again for ever, and nothing behind it would come.
 * `batch`: what and where it is, as the beginning of a sentence. @throws the failure when it says nothing of the batch.
 */
export function whyUnread(failure: unknown, batch: string): Malformed {
  if (!(failure instanceof Error)) throw failure;
  const { message } = failure;
  if (failure instanceof BatchTooLarge) return malformed('batch-too-large', `${batch} was not read: ${message}.`);
  const code = 'code' in failure ? String(failure.code) : '';
  if (WITHOUT_MEMORY.test(`${code} ${message}`)) throw failure;
  const [said = ''] = message.split('\n', 1);
  return malformed('batch-unreadable', `${batch} cannot be read: ${said.slice(0, SAID_MAX).replace(/[.]$/, '')}.`);
}

/** Codecs say what is wrong in a few words. */
const SAID_MAX = 200;
