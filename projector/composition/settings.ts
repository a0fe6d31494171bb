import { z } from 'zod';
import { isLoopback } from '../../runtime/loopback.js';
import { bearingSecrets, flag, integer, SettingsError, sharedSettings } from '../../runtime/settings.js';

export const projectorSettings = z.object({
  ...sharedSettings,
  CREATE_TOPICS: flag('on').describe('on: topics that are absent are created, with unlimited retention'),
  TOPIC_PARTITIONS: integer(6, 1, 1000).describe('partitions of topics that are created'),
  TOPIC_REPLICAS: integer(1, 1, 10).describe('replicas of topics that are created'),
  ADMIN_HOST: z.string().default('127.0.0.1').describe('address of health, metrics and the admin API'),
  ADMIN_PORT: integer(8081, 0, 65_535).describe('port of health, metrics and the admin API'),
  ADMIN_TOKEN: bearingSecrets(
    'whole',
    z
      .string()
      .min(16, { error: 'must have at least 16 characters' })
      .optional()
      .describe(
        'callers of the admin API and of /metrics send it as bearer token; needed when ADMIN_HOST is not a loopback address',
      ),
  ),
  ADMIN_CONNECTIONS_MAX: integer(100, 1, 100_000).describe(
    'connections to ADMIN_PORT that are open at a time; for one more the oldest is closed on which nothing is being answered',
  ),
  ADMIN_REQUEST_TIMEOUT_MS: integer(10_000, 1_000, 600_000).describe(
    'how long a client of ADMIN_PORT may take to send its request, the first one from when it connects (ms)',
  ),
  ADMIN_ANSWER_TIMEOUT_MS: integer(30_000, 100, 600_000).describe(
    'how long it may take to read an answer, from its first byte on; a slower one is cut off (ms)',
  ),
  BATCH_EVENTS_MAX: integer(8000, 1, 100_000).describe('events folded in one batch'),
  BATCH_BYTES_MAX: integer(33_554_432, 1_048_576, 1_073_741_824).describe(
    'bytes of events folded in one batch; an event that is larger comes alone',
  ),
  BATCH_WAIT_MS: integer(500, 1, 60_000).describe('how long an idle projector waits for events before it looks again'),
  EVENTS_UNDONE_MAX: integer(20_000, 1, 1_000_000).describe(
    'events folded and not yet durable in all documents; bounds memory and what is read again after a crash',
  ),
  FLUSHES_IN_FLIGHT_MAX: integer(2, 1, 16).describe('flushes under way at a time'),
  CHUNK_DOCUMENTS_MAX: integer(1000, 1, 100_000).describe('documents rendered and written under one ticket'),
  FAN_OUT_INLINE_MAX: integer(1000, 1, 100_000).describe(
    'orders that a change of one customer or product may reach together with its own batch; beyond, a durable job does',
  ),
  FAN_OUT_CHUNK_ORDERS_MAX: integer(500, 1, 100_000).describe('orders that a fan-out job brings up to date at a time'),
  FAN_OUT_BUSY_CHUNK_ORDERS_MAX: integer(50, 1, 100_000).describe(
    'the same while live events come: they wait for less',
  ),
  FAN_OUT_YIELD_MS_MAX: integer(500, 0, 60_000).describe(
    'how long a chunk of a fan-out job waits at most for live events to be done',
  ),
  FAN_OUT_LEASE_MS: integer(15_000, 1000, 600_000).describe(
    'after so long without progress another process takes over a fan-out job',
  ),
  REBUILD_BATCH_EVENTS_MAX: integer(100, 1, 100_000).describe(
    'events folded in one batch by a generation that is filled, unless at full speed',
  ),
  REBUILD_CHUNK_DOCUMENTS_MAX: integer(50, 1, 100_000).describe(
    'documents that a rebuild renders at a time, unless at full speed',
  ),
  REBUILD_YIELD_MS_MAX: integer(100, 0, 60_000).describe(
    'how long each step of a rebuild waits at most for live events to be done, unless at full speed',
  ),
  REBUILD_SUMMED_ORDERS_MAX: integer(250_000, 1000, 100_000_000).describe(
    'orders whose sums a rebuild holds in memory at a time',
  ),
  VERIFY_INTERVAL_MS: integer(0, 0, 2_592_000_000).describe(
    'how long after one check of all documents the next one begins; 0: they are checked by projector verify only',
  ),
  VERIFY_PACE: integer(500, 0, 1_000_000).describe('documents a second that such a check looks at; 0: no limit'),
  GAP_MS_MAX: integer(300_000, 0, 31_536_000_000).describe(
    'how long a sequence of an aggregate may be missing below a higher one before status, verify and metrics count it as a gap',
  ),
  QUEUE_RECORDS_MAX: integer(10_000, 1, 1_000_000).describe(
    'records read from Kafka and not yet folded; more are not fetched',
  ),
  QUEUE_BYTES_MAX: integer(67_108_864, 1_048_576, 17_179_869_184).describe(
    'bytes read from Kafka and not yet folded; more are not fetched',
  ),
  DAY_CHECK_INTERVAL_MS: integer(10_000, 100, 600_000).describe(
    'how often the clock is looked at for a new business day, which moves windows of days and months',
  ),
  STATES_CACHED_MAX: integer(6_000, 0, 10_000_000).describe('aggregate states kept in memory'),
  STATES_CACHED_CHARACTERS_MAX: integer(67_108_864, 0, 4_294_967_296).describe(
    'characters of those states together, as they are stored',
  ),
  LOADED_CHARACTERS_MAX: integer(16_777_216, 65_536, 4_294_967_296).describe(
    'characters of states and sums, as they are stored, that are loaded at a time to fold events or render documents; ' +
      'what needs more is done in parts, and one document or state alone has what it takes',
  ),
  STATE_BYTES_MAX: integer(8_388_608, 65_536, 12_582_912).describe(
    "bytes of one aggregate's state as it is stored; an event that would lead beyond is quarantined",
  ),
  COMMIT_INTERVAL_MS: integer(1000, 10, 60_000).describe("how often the group's offsets follow the durable positions"),
  SESSION_TIMEOUT_MS: integer(45_000, 6_000, 1_800_000).describe(
    'after so long without a sign of life the group gives its partitions away',
  ),
  WATCHDOG_STUCK_MS: integer(60_000, 1000, 3_600_000).describe(
    'after so long without progress of a partition that has more to read, the consumer is replaced',
  ),
  CHANGES: flag('on').describe('on: every document that is written is announced to the subscribers of changes'),
  CHANGES_RETENTION_MS: integer(86_400_000, 60_000, 31_536_000_000).describe(
    'how long a subscriber may have been away and still go on where it was; for the topic when it is created',
  ),
  CHANGES_PARTITIONS: integer(3, 1, 100).describe('partitions of the topic of changes when it is created'),
  ELASTICSEARCH_DOCUMENT_BYTES_MAX: integer(33_554_432, 1_048_576, 2_147_483_647).describe(
    'bytes of one document as JSON that Elasticsearch is asked to take; a larger one is refused unsent',
  ),
  STORE_TIMEOUT_MS: integer(30_000, 100, 600_000).describe('limit for one request to a store'),
});

export type ProjectorSettings = z.output<typeof projectorSettings>;

/**
 * The token that callers of the admin API must show; `null`: none, and only this machine reaches it.
 * @throws SettingsError
 */
export function adminTokenOf({
  ADMIN_HOST,
  ADMIN_TOKEN: token,
}: Pick<ProjectorSettings, 'ADMIN_HOST' | 'ADMIN_TOKEN'>): string | null {
  if (token !== undefined || isLoopback(ADMIN_HOST)) return token ?? null;
  throw new SettingsError(
    `ADMIN_HOST=${ADMIN_HOST} is reachable from the network, and whoever reaches the admin API may remove everything. ` +
      'Use 127.0.0.1, or set ADMIN_TOKEN.',
  );
}
