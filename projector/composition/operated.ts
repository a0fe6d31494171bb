/** A generation as operations work at it: its stores and the steps of the pipeline, without being a member of its group. */

import { setTimeout } from 'node:timers/promises';
import { dayOf } from '../../mappings/calendar.js';
import type { AggregateName } from '../../mappings/events/event.js';
import { batchLimitsIn, limitBatches } from '../../runtime/kafkajs/batch-limits.js';
import { registerCodecs } from '../../runtime/kafkajs/codecs.js';
import type { Log } from '../../runtime/log.js';
import { changesTopic } from '../../runtime/storage/names.js';
import type { GenerationRecord } from '../../runtime/storage/records.js';
import { isOfThisShape, OtherShape } from '../../runtime/storage/shape.js';
import { Refused } from '../generations/refused.js';
import { statesOfThisShape } from '../generations/shape.js';
import { RegisteredTargets } from '../generations/targets.js';
import { KafkaChangeFeed, noChangeFeed } from '../kafka/change-feed.js';
import { connectKafka, createProducer, type KafkaProducer } from '../kafka/client.js';
import { KafkaEventLog } from '../kafka/event-log.js';
import { logEnds } from '../kafka/log-range.js';
import { settled } from '../operations/settling.js';
import { StateCache } from '../pipeline/state-cache.js';
import type { Clock } from '../ports/clock.js';
import type { EventLog } from '../ports/events.js';
import type { RefusedDocument } from '../ports/refusals.js';
import type { OperatedGeneration } from '../reconcile/operated.js';
import { RefusedSoFar } from '../reconcile/refused-so-far.js';
import { ElasticsearchDocumentScan } from '../stores/elasticsearch/document-scan.js';
import { ElasticsearchDocumentStore } from '../stores/elasticsearch/documents.js';
import { MongoAggregateStore } from '../stores/mongodb/aggregate-store.js';
import { MongoBasisScan } from '../stores/mongodb/basis-scan.js';
import { MongoDayMark } from '../stores/mongodb/day-mark.js';
import { MongoDocumentScan } from '../stores/mongodb/document-scan.js';
import { MongoDocumentStore } from '../stores/mongodb/documents.js';
import { MongoErasures } from '../stores/mongodb/erasures.js';
import { MongoFullStates } from '../stores/mongodb/full-states.js';
import { MongoGapScan } from '../stores/mongodb/gaps.js';
import { MongoJobStore } from '../stores/mongodb/jobs.js';
import { readPositions } from '../stores/mongodb/positions.js';
import { RefusedDocuments } from '../stores/mongodb/refused.js';
import { MongoRollupStore } from '../stores/mongodb/rollup-store.js';
import { MongoStateScan } from '../stores/mongodb/state-scan.js';
import { MongoTicketCounter } from '../stores/mongodb/tickets.js';
import { briefPatience } from '../work/retry-policy.js';
import { documentScanByView, documentStoreByView } from './by-view.js';
import type { OperationServers } from './operations.js';
import type { ProjectorSettings } from './settings.js';

/** How long what is in flight is waited for. */
const SETTLE_MS = 60_000;
const LOOK_MS = 250;

/**
 * Runs the work with what it needs of Kafka beside the administration.
 * @throws Refused where a generation is of another version of the program.
 */
export async function withGenerations<Result>(
  servers: OperationServers,
  settings: ProjectorSettings,
  log: Log,
  work: (operate: (record: GenerationRecord) => OperatedGeneration) => Promise<Result>,
): Promise<Result> {
  limitBatches(batchLimitsIn(settings));
  await registerCodecs();
  const kafka = connectKafka(settings.KAFKA_BROKERS, settings.NAMESPACE, log);
  const producer = createProducer(kafka);
  const topics = new Map<string, AggregateName>([
    [settings.TOPIC_CUSTOMERS, 'customers'],
    [settings.TOPIC_PRODUCTS, 'products'],
    [settings.TOPIC_ORDERS, 'orders'],
  ]);
  const events = new KafkaEventLog(kafka, servers.admin, topics);
  await producer.connect();
  try {
    return await work((record) => {
      if (!isOfThisShape(record)) throw new Refused(new OtherShape(record).message);
      return operatedGeneration(servers, { settings, producer, events, log }, record);
    });
  } finally {
    await producer.disconnect();
  }
}

export interface OperatingMeans {
  readonly settings: ProjectorSettings;
  readonly producer: KafkaProducer;
  readonly events: EventLog;
  readonly log: Log;
  /** Told instead of gathering what is refused: of an operation that nobody waits for, and that never ends. */
  readonly tellRefused?: (documents: readonly RefusedDocument[]) => void;
}

/** The same stores as in generation.ts. A snapshot is written as of its moment, whoever writes it. */
export function operatedGeneration(
  { db, elasticsearch, admin, registry, topics, clock: present }: OperationServers,
  { settings, producer, events, log, tellRefused }: OperatingMeans,
  record: GenerationRecord,
): OperatedGeneration {
  const { number: generation, businessTimeZone, reportingCurrency, snapshot } = record;
  const clock = snapshot === undefined ? present : { now: () => snapshot.at.getTime() };
  const names = { namespace: settings.NAMESPACE, generation };
  const derivation = { businessTimeZone, reportingCurrency };
  const cache = new StateCache(settings.STATES_CACHED_MAX, settings.STATES_CACHED_CHARACTERS_MAX);
  const aggregates = statesOfThisShape(new MongoAggregateStore(db, generation), registry, generation);
  const rollups = new MongoRollupStore(db, generation);
  const tickets = new MongoTicketCounter(db, generation);
  const jobs = new MongoJobStore(db, generation, tickets);
  const positions = { read: () => readPositions(db, generation) };
  const erasures = new MongoErasures(db, generation);
  const refused = new RefusedSoFar();
  const refusals = new RefusedDocuments(db, generation, tellRefused ?? ((documents) => refused.add(documents)));
  const publish = {
    ...{ aggregates, rollups, tickets, jobs, cache, clock },
    settings: derivation,
    documents: documentStoreByView({
      elasticsearch: new ElasticsearchDocumentStore(
        elasticsearch,
        names,
        refusals,
        settings.ELASTICSEARCH_DOCUMENT_BYTES_MAX,
      ),
      mongodb: new MongoDocumentStore(db, generation, refusals),
    }),
    // Nobody follows the changes of what does not change.
    changes:
      settings.CHANGES && snapshot === undefined ? new KafkaChangeFeed(producer, changesTopic(names)) : noChangeFeed,
    targets: new RegisteredTargets(registry, generation),
    stages: { observe: () => {}, count: () => {} },
    chunkDocumentsMax: settings.CHUNK_DOCUMENTS_MAX,
    loadedCharactersMax: settings.LOADED_CHARACTERS_MAX,
    fanOutInlineMax: settings.FAN_OUT_INLINE_MAX,
  };
  const pause = { clock, sleep: setTimeout };
  const settle = async () =>
    (await settled({ generations: [{ positions, jobs }], ends: () => logEnds(admin, topics), ...pause }, SETTLE_MS)) &&
    (await swept(new MongoDayMark(db, generation), businessTimeZone, pause));
  return {
    record,
    ...{ aggregates, rollups, tickets, cache, clock, erasures, events, publish, settle, refusals, refused },
    settings: derivation,
    documents: documentScanByView({
      elasticsearch: new ElasticsearchDocumentScan(elasticsearch, names),
      mongodb: new MongoDocumentScan(db, generation),
    }),
    scan: new MongoStateScan(db, generation),
    gaps: { scan: new MongoGapScan(db, generation), clock, gapMsMax: settings.GAP_MS_MAX },
    basis: new MongoBasisScan(db, generation),
    fullStates: new MongoFullStates(db),
    fold: {
      ...{ store: aggregates, cache, settings: derivation },
      stateBytesMax: settings.STATE_BYTES_MAX,
      loadedCharactersMax: settings.LOADED_CHARACTERS_MAX,
    },
    patience: briefPatience(log),
    chunkDocumentsMax: settings.CHUNK_DOCUMENTS_MAX,
    loadedCharactersMax: settings.LOADED_CHARACTERS_MAX,
    sleep: setTimeout,
  };
}

/** Whether, within the time, all documents have been brought to the present day. */
async function swept(
  day: Pick<MongoDayMark, 'read'>,
  timeZone: string,
  { clock, sleep }: { readonly clock: Clock; readonly sleep: (ms: number) => Promise<void> },
): Promise<boolean> {
  const today = dayOf(clock.now(), timeZone);
  for (const deadline = clock.now() + SETTLE_MS; clock.now() < deadline; await sleep(LOOK_MS)) {
    if ((await day.read(today)) >= today) return true;
  }
  return false;
}
