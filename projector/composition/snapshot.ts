/** A snapshot at work in this process: made, and then kept free of whom later events erase. */
import { setTimeout } from 'node:timers/promises';
import type { GenerationRecord, Snapshot } from '../../runtime/storage/records.js';
import { FanOut } from '../fan-out/fan-out.js';
import { LaterErasures } from '../generations/later-erasures.js';
import { runParts } from '../generations/parts.js';
import { Rebuild } from '../generations/rebuild.js';
import { Replay } from '../generations/replay.js';
import { KafkaEventLog } from '../kafka/event-log.js';
import { refusalLog } from '../reconcile/refusals.js';
import { ElasticsearchGenerationStorage } from '../stores/elasticsearch/generation-storage.js';
import { MongoGenerationStorage } from '../stores/mongodb/generation-storage.js';
import { MongoJobStore } from '../stores/mongodb/jobs.js';
import { MongoPositionStore } from '../stores/mongodb/positions.js';
import { MongoRebuildStore } from '../stores/mongodb/rebuilds.js';
import { MongoStateScan } from '../stores/mongodb/state-scan.js';
import { MongoTicketCounter } from '../stores/mongodb/tickets.js';
import { EndlessPatience } from '../work/retry-policy.js';
import {
  fanOutSettings,
  type RunningGeneration,
  renderAllSettings,
  type Surroundings,
  yieldsToLive,
} from './generation.js';
import { createMetrics } from './metrics.js';
import { operatedGeneration } from './operated.js';

const LEASE_MS = 15_000;

export function composeSnapshot(around: Surroundings, record: GenerationRecord, snapshot: Snapshot): RunningGeneration {
  const { settings, db, elasticsearch, kafka, admin, producer, registry, clock } = around;
  const { number: generation } = record;
  const log = around.log.child({ generation, snapshot: snapshot.name });
  const patience = new EndlessPatience(log);
  const metrics = createMetrics();
  const pause = { clock, sleep: setTimeout };
  const rebuilds = new MongoRebuildStore(db);
  const positions = new MongoPositionStore(db, generation, clock);
  const operated = {
    ...operatedGeneration(
      {
        db,
        elasticsearch,
        admin,
        registry,
        namespace: settings.NAMESPACE,
        topics: [...around.topics.keys()],
        clock,
      },
      {
        settings,
        producer,
        events: new KafkaEventLog(kafka, admin, around.topics),
        log,
        tellRefused: refusalLog(log),
      },
      record,
    ),
    patience,
  };
  const replay = new Replay({ operated, positions, rebuilds });
  const rebuild = new Rebuild(
    generation,
    {
      ...{ ...pause, registry, rebuilds, positions, scan: new MongoStateScan(db, generation), patience, log },
      yieldToLive: yieldsToLive(around, record),
      publish: operated.publish,
      storages: [new MongoGenerationStorage(db), new ElasticsearchGenerationStorage(elasticsearch, settings.NAMESPACE)],
      filling: replay,
    },
    renderAllSettings(settings, record),
  );
  const fanOut = new FanOut(
    {
      jobs: new MongoJobStore(db, generation, new MongoTicketCounter(db, generation)),
      // The leases of jobs go by the clock of now; what a job renders shows nothing that goes by a clock.
      publish: { ...operated.publish, clock },
      ...{ patience, sleep: setTimeout, log },
      isBusy: () => false,
    },
    fanOutSettings(settings),
  );
  const erasures = new LaterErasures({
    catchUp: () => replay.catchUp(),
    isOurs: () => patience.until(() => rebuilds.lease(generation, rebuild.owner, clock.now(), LEASE_MS)),
  });

  return {
    number: generation,
    metrics,
    joined: true,
    isBusy: false,
    get hindrance() {
      return patience.hindrance;
    },
    async run() {
      log.info('snapshot');
      await rebuild.run();
      await runParts([fanOut, erasures], (reason) => patience.giveUp(reason));
    },
    eraseSoon: () => erasures.ask(),
    async stop() {
      await Promise.all([rebuild.stop(), fanOut.stop(), erasures.stop()]);
    },
  };
}
