/** The operators' operations over the real servers. */
import { setTimeout } from 'node:timers/promises';
import type { ViewName } from '../../mappings/contract.js';
import { offsetsAt } from '../../runtime/kafkajs/topic-reader.js';
import { absentOf } from '../../runtime/presence/presence.js';
import type { Server } from '../../runtime/presence/server.js';
import type { GenerationRecord } from '../../runtime/storage/records.js';
import { liveOf } from '../../runtime/storage/registry.js';
import { Refused } from '../generations/refused.js';
import type { KafkaAdmin, KafkaProducer } from '../kafka/client.js';
import { examineKafka } from '../kafka/examination.js';
import { groupTraces } from '../kafka/group-traces.js';
import { logEnds, logRanges } from '../kafka/log-range.js';
import { retentionOf } from '../kafka/retention.js';
import type { ComparedGeneration } from '../operations/comparison.js';
import type { DoctorPorts } from '../operations/doctor.js';
import { type Explanation, explainDocument } from '../operations/explain.js';
import type { OverviewPorts } from '../operations/overview.js';
import { type RebuildingPorts, registered } from '../operations/rebuilding.js';
import { settled } from '../operations/settling.js';
import { rebuildStatus } from '../operations/status.js';
import type { Clock } from '../ports/clock.js';
import type { DocumentScan } from '../ports/documents.js';
import type { Job } from '../ports/jobs.js';
import { type GapList, type GapPorts, listGaps, oldGaps } from '../reconcile/gaps.js';
import type { RefusalPorts } from '../reconcile/refusals.js';
import type { ElasticsearchClient } from '../stores/elasticsearch/connection.js';
import { ElasticsearchDocumentScan } from '../stores/elasticsearch/document-scan.js';
import { examineElasticsearch, highestVersion, mappingDrift } from '../stores/elasticsearch/examination.js';
import { ElasticsearchGenerationStorage } from '../stores/elasticsearch/generation-storage.js';
import { MongoAggregateStore } from '../stores/mongodb/aggregate-store.js';
import type { MongoDatabase } from '../stores/mongodb/connection.js';
import { MongoDocumentScan } from '../stores/mongodb/document-scan.js';
import { examineMongo, indexDrift, quarantinedCount, ticketsOf } from '../stores/mongodb/examination.js';
import { MongoGapScan } from '../stores/mongodb/gaps.js';
import { MongoGenerationStorage } from '../stores/mongodb/generation-storage.js';
import { MongoJobStore } from '../stores/mongodb/jobs.js';
import { MongoPositionStore, readPositions } from '../stores/mongodb/positions.js';
import { MongoRebuildStore } from '../stores/mongodb/rebuilds.js';
import { RefusedDocuments } from '../stores/mongodb/refused.js';
import type { MongoRegistry } from '../stores/mongodb/registry.js';
import { MongoRollupStore } from '../stores/mongodb/rollup-store.js';
import { MongoStateScan } from '../stores/mongodb/state-scan.js';
import { MongoTicketCounter } from '../stores/mongodb/tickets.js';
import { documentScanByView } from './by-view.js';

export interface OperationServers {
  readonly db: MongoDatabase;
  readonly elasticsearch: ElasticsearchClient;
  readonly admin: KafkaAdmin;
  readonly registry: MongoRegistry;
  readonly namespace: string;
  readonly topics: readonly string[];
  readonly clock: Clock;
}

/** What it takes to examine them as well. */
export interface ExaminedServers extends OperationServers {
  readonly producer: KafkaProducer;
  /** The same three, to be asked whether they are there. */
  readonly servers: readonly Server[];
}

/** How long a comparison waits for what is in flight. */
const SETTLE_MS = 60_000;

export function rebuildingPorts(servers: OperationServers): RebuildingPorts {
  const { db, elasticsearch, admin, registry, namespace, topics, clock } = servers;
  const mongoStorage = new MongoGenerationStorage(db);
  const elasticsearchStorage = new ElasticsearchGenerationStorage(elasticsearch, namespace);
  const pause = { clock, sleep: setTimeout };
  const ends = () => logEnds(admin, topics);
  const following = ({ number }: GenerationRecord) => ({
    positions: { read: () => readPositions(db, number) },
    jobs: jobsOf(servers, number),
  });
  const compared = ({ number, revisions }: GenerationRecord): ComparedGeneration => ({
    ...{ number, revisions },
    documents: documentsOf(servers, number),
  });
  return {
    registry,
    rebuilds: new MongoRebuildStore(db),
    storages: [mongoStorage, elasticsearchStorage],
    traces: [mongoStorage, elasticsearchStorage, groupTraces(admin, namespace)],
    ranges: async () =>
      new Map(await Promise.all(topics.map(async (topic) => [topic, await logRanges(admin, topic)] as const))),
    offsetsAt: async (time) => {
      const perTopic = await Promise.all(
        topics.map(async (topic) => {
          const found = await offsetsAt(admin, topic, time.getTime());
          return [...found].map(([partition, next]) => ({ topic, partition, next }));
        }),
      );
      return perTopic.flat();
    },
    unknownRollups: (generation) => new MongoStateScan(db, generation).unknownRollups(),
    seed: async (from, to, positions) => {
      await mongoStorage.copyStates(from, to);
      await new MongoPositionStore(db, to, clock).write(positions);
    },
    switching: {
      ...{ registry, ends, ...pause },
      generation: (record) => ({ ...following(record), refresh: () => elasticsearchStorage.refresh(record) }),
    },
    comparing: (expected, checked) => ({
      expected: compared(expected),
      checked: compared(checked),
      settle: () => settled({ generations: [expected, checked].map(following), ends, ...pause }, SETTLE_MS),
    }),
    clock,
  };
}

export function overviewPorts(servers: OperationServers, gapMsMax: number): OverviewPorts {
  const { db } = servers;
  const rebuilding = rebuildingPorts(servers);
  return {
    rebuilding,
    positions: (generation) => readPositions(db, generation),
    jobs: (generation) => jobsOf(servers, generation).list(),
    refusals: (generation) => refusalPorts(servers, generation),
    gaps: (generation) => oldGaps(gapPorts(servers, generation, gapMsMax)),
    quarantined: () => quarantinedCount(db),
    rebuild: () =>
      rebuildStatus(rebuilding, servers).catch((error: unknown) => {
        if (error instanceof Refused) return null;
        throw error;
      }),
  };
}

/** Of the generation that is served. */
export async function fanOutJobs(servers: OperationServers): Promise<readonly Job[]> {
  const { live } = await registered(servers.registry);
  return jobsOf(servers, live).list();
}

export function refusalPorts(servers: OperationServers, generation: number): RefusalPorts {
  return { refusals: new RefusedDocuments(servers.db, generation), documents: documentsOf(servers, generation) };
}

/** Of the generation that is served. */
export async function gaps(servers: OperationServers, gapMsMax: number, limit: number): Promise<GapList> {
  const { live } = await registered(servers.registry);
  return listGaps(gapPorts(servers, live, gapMsMax), limit);
}

/** Of the generation that is served. @throws Refused */
export async function explain(servers: OperationServers, view: ViewName, id: string): Promise<Explanation> {
  const { db, clock } = servers;
  const live = liveOf(await registered(servers.registry));
  const { number, revisions, businessTimeZone, reportingCurrency } = live;
  return explainDocument(
    {
      aggregates: new MongoAggregateStore(db, number),
      rollups: new MongoRollupStore(db, number),
      documents: documentsOf(servers, number),
      target: { view, revision: revisions[view] },
      settings: { businessTimeZone, reportingCurrency },
      clock,
    },
    view,
    id,
  );
}

export function doctorPorts(servers: ExaminedServers): DoctorPorts {
  const { db, elasticsearch, admin, producer, registry, namespace, topics } = servers;
  const mongoStorage = new MongoGenerationStorage(db);
  const elasticsearchStorage = new ElasticsearchGenerationStorage(elasticsearch, namespace);
  // Of this machine: it is the one that is compared.
  const clock = { now: Date.now };
  return {
    registry,
    storages: [mongoStorage, elasticsearchStorage],
    traces: [mongoStorage, elasticsearchStorage],
    absent: (name) => absentOf(servers.servers.filter((server) => server.name === name)),
    servers: {
      Kafka: () => examineKafka(admin, producer, namespace, clock),
      Elasticsearch: () => examineElasticsearch(elasticsearch, namespace, clock),
      MongoDB: () => examineMongo(db, clock),
    },
    retention: () => retentionOf(admin, topics),
    ranges: async () => {
      const existing = await admin.listTopics();
      const absent = topics.filter((topic) => !existing.includes(topic));
      if (absent.length > 0) throw new Error(`There is no topic ${absent.join(', ')}.`);
      return rebuildingPorts(servers).ranges();
    },
    drift: async (known) => {
      const live = liveOf(known);
      return [...(await mappingDrift(elasticsearch, namespace, live)), ...(await indexDrift(db, live))];
    },
    tickets: async (known) => {
      const live = liveOf(known);
      const { last, highest } = await ticketsOf(db, live);
      return { last, highest: Math.max(highest, await highestVersion(elasticsearch, namespace, live)) };
    },
  };
}

function gapPorts({ db, clock }: OperationServers, generation: number, gapMsMax: number): GapPorts {
  return { scan: new MongoGapScan(db, generation), clock, gapMsMax };
}

function jobsOf({ db }: OperationServers, generation: number): MongoJobStore {
  return new MongoJobStore(db, generation, new MongoTicketCounter(db, generation));
}

function documentsOf({ db, elasticsearch, namespace }: OperationServers, generation: number): DocumentScan {
  return documentScanByView({
    elasticsearch: new ElasticsearchDocumentScan(elasticsearch, { namespace, generation }),
    mongodb: new MongoDocumentScan(db, generation),
  });
}
