import { z } from 'zod';
import { flag, integer, sharedSettings } from '../runtime/settings.js';

export const projectorSettings = z.object({
  ...sharedSettings,
  CREATE_TOPICS: flag('on').describe('on: topics that are absent are created, with unlimited retention'),
  TOPIC_PARTITIONS: integer(6, 1, 1000).describe('partitions of topics that are created'),
  TOPIC_REPLICAS: integer(1, 1, 10).describe('replicas of topics that are created'),
  ADMIN_HOST: z.string().default('127.0.0.1').describe('host of health and metrics'),
  ADMIN_PORT: integer(8081, 0, 65_535).describe('port of health and metrics'),
  BATCH_EVENTS_MAX: integer(8000, 1, 100_000).describe('events folded in one batch'),
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
  FAN_OUT_YIELD_MS_MAX: integer(500, 0, 60_000).describe(
    'how long a chunk of a fan-out job waits at most for live events to be done',
  ),
  FAN_OUT_LEASE_MS: integer(15_000, 1000, 600_000).describe(
    'after so long without progress another process takes over a fan-out job',
  ),
  QUEUE_RECORDS_MAX: integer(10_000, 1, 1_000_000).describe(
    'records read from Kafka and not yet folded; more are not fetched',
  ),
  DAY_CHECK_INTERVAL_MS: integer(10_000, 100, 600_000).describe(
    'how often the clock is looked at for a new business day, which moves windows of days and months',
  ),
  STATES_CACHED_MAX: integer(6_000, 0, 10_000_000).describe('aggregate states kept in memory'),
  COMMIT_INTERVAL_MS: integer(1000, 10, 60_000).describe("how often the group's offsets follow the durable positions"),
  SESSION_TIMEOUT_MS: integer(45_000, 6_000, 1_800_000).describe(
    'after so long without a sign of life the group gives its partitions away',
  ),
  WATCHDOG_STUCK_MS: integer(60_000, 1000, 3_600_000).describe(
    'after so long without progress of a partition that has more to read, the consumer is replaced',
  ),
  STORE_TIMEOUT_MS: integer(30_000, 100, 600_000).describe('limit for one request to a store'),
});

export type ProjectorSettings = z.output<typeof projectorSettings>;
