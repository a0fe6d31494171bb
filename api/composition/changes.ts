/** Builds the change feed out of its settings and what it reads from. */
import { setTimeout } from 'node:timers/promises';
import type { View } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import type { Log } from '../../runtime/log.js';
import { Feed } from '../changes/feed.js';
import type { ChangesContext } from '../changes/hub.js';
import { ChangesHub, type HubSettings } from '../changes/hub.js';
import type { Edition } from '../changes/place.js';
import { Seats } from '../changes/seats.js';
import { FairTurns } from '../fairness/fair-turns.js';
import type { ChangeLog } from '../ports/changes.js';
import type { StoreName, VersionReader } from '../ports/documents.js';
import { documentsOf } from '../ports/documents.js';
import type { GenerationSource, Served } from '../ports/generations.js';

export interface ChangesSettings {
  readonly CHANGES_STREAMS_MAX: number;
  readonly CHANGES_STREAMS_PER_CALLER_MAX: number;
  readonly CHANGES_BUFFER_BYTES_MAX: number;
  readonly CHANGES_HEARTBEAT_MS: number;
  readonly CHANGES_STREAM_MS_MAX: number;
  readonly CHANGES_RECENT_MAX: number;
  readonly ANSWER_BYTES_MAX: number;
}

export interface ChangesPorts {
  /** The one is followed, and the other one is read meanwhile. */
  readonly log: ChangeLog;
  readonly past: ChangeLog;
  readonly versions: Readonly<Record<StoreName, VersionReader>>;
  readonly generations: GenerationSource;
}

const READ_TOGETHER = 100;
const RETRY_MS = 1_000;
const LOOK_FOR_PARTITIONS_MS = 60_000;
const START_MS = 10_000;
const IDLE_MS = 60_000;
/** Who was away for long reads much. */
const PAST_READERS_MAX = 4;

export function composeChanges(ports: ChangesPorts, settings: ChangesSettings, log: Log): ChangesContext {
  const pastTurns = new FairTurns({
    turnsMax: PAST_READERS_MAX,
    placesMax: Number.POSITIVE_INFINITY,
    callerSharePercent: 100,
  });
  const bytesMax = Math.min(settings.ANSWER_BYTES_MAX, Math.floor(settings.CHANGES_BUFFER_BYTES_MAX / 2));
  const feedOf = (edition: Edition, served: Served) => {
    const readerOf = (view: View) => (ids: readonly string[]) => {
      // Of one document a change is told however large it is; several that are read together are sent together.
      const limits = ids.length === 1 ? {} : { bytesMax };
      return ports.versions[view.storage.store].getMany(documentsOf(view, served), ids, limits);
    };
    return new Feed(
      {
        edition,
        generation: served.live.number,
        views: Object.values(views),
        log: ports.log,
        past: ports.past,
        pastTurns,
        readerOf,
        sleep: pause,
        logger: log,
      },
      {
        recentMax: settings.CHANGES_RECENT_MAX,
        readTogether: READ_TOGETHER,
        lookForPartitionsMs: LOOK_FOR_PARTITIONS_MS,
      },
    );
  };
  const hubSettings: HubSettings = {
    heartbeatMs: settings.CHANGES_HEARTBEAT_MS,
    startMs: START_MS,
    idleMs: IDLE_MS,
    streamMsMax: settings.CHANGES_STREAM_MS_MAX,
  };
  return {
    hub: new ChangesHub({ generations: ports.generations, feedOf, logger: log }, hubSettings),
    seats: new Seats({
      max: settings.CHANGES_STREAMS_MAX,
      perCallerMax: settings.CHANGES_STREAMS_PER_CALLER_MAX,
    }),
    streamSettings: { bufferBytesMax: settings.CHANGES_BUFFER_BYTES_MAX, retryMs: RETRY_MS },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}
