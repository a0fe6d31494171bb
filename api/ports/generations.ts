import type { RegistryRecord } from '../../runtime/storage/records.js';

/** Which generation is served. */
export interface GenerationSource {
  /** At most a second old. @throws NotReady while none is live, StoreUnavailable when none is known. */
  live(): Promise<Served>;
}

export interface Served {
  readonly registry: RegistryRecord;
  readonly live: RegistryRecord['generations'][number];
}

export interface SecretSource {
  /** `null` while there is none. @throws StoreUnavailable */
  read(): Promise<string | null>;
}

export interface RegistrySource {
  read(): Promise<RegistryRecord | null>;
}
