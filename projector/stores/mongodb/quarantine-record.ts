import type { Binary } from 'mongodb';
import type { QuarantinedEventRecord } from '../../../runtime/storage/records.js';
import type { Handled } from '../../ports/quarantine.js';

/** A record that broke the contract, with all that is needed to deliver it again. */
export interface QuarantineDocument extends QuarantinedEventRecord {
  readonly timestamp: Date;
  /** Key, headers and value are `null` and empty once they are redacted. */
  readonly key: Binary | null;
  readonly headers: readonly KeptHeader[];
  readonly value: Binary | null;
  readonly detail: string;
  readonly quarantinedAt: Date;
  /** When the content was removed because one of these customers was erased; `null` while it is there. */
  readonly redactedAt: Date | null;
  readonly handled?: Handled;
  /** Its key may be there, its content is in Kafka only. */
  readonly isContentKept?: false;
}

/** What a redaction leaves nothing of. */
export const REDACTED = { key: null, headers: [], value: null } as const;

export interface KeptHeader {
  readonly name: string;
  /** `null`: Kafka has headers without a value. */
  readonly value: Binary | null;
}
