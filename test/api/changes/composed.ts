/** The change feed over a log and stores in memory. */
import { pino } from 'pino';
import type { ChangesContext } from '../../../api/changes/hub.js';
import { type ChangesSettings, composeChanges } from '../../../api/composition/changes.js';
import type { GenerationSource } from '../../../api/ports/generations.js';
import { servedOf } from '../served.js';
import { MemoryChangeLog } from './memory-log.js';
import { MemoryVersions } from './memory-versions.js';

const SETTINGS: ChangesSettings = {
  CHANGES_STREAMS_MAX: 10,
  CHANGES_STREAMS_PER_CALLER_MAX: 10,
  CHANGES_BUFFER_BYTES_MAX: 1_000_000,
  CHANGES_HEARTBEAT_MS: 60_000,
  CHANGES_STREAM_MS_MAX: 3_600_000,
  ANSWER_BYTES_MAX: 33_554_432,
  CHANGES_RECENT_MAX: 1_000,
};

export function memoryChanges(parts: {
  readonly log: MemoryChangeLog;
  readonly versions: MemoryVersions;
  readonly generations?: GenerationSource;
  readonly settings?: Partial<ChangesSettings>;
}): ChangesContext {
  const { log, versions, generations = { live: async () => servedOf() } } = parts;
  return composeChanges(
    { log, past: log, versions: { elasticsearch: versions, mongodb: versions }, generations },
    { ...SETTINGS, ...parts.settings },
    pino({ level: 'silent' }),
  );
}

/** As where there is no log of changes. */
export function noChanges(): ChangesContext {
  const log = new MemoryChangeLog();
  log.isAway = true;
  return memoryChanges({ log, versions: new MemoryVersions() });
}
