import type { Admin, Kafka } from 'kafkajs';
import type { Log } from '../../runtime/log.js';
import type { ConsumerAlarms } from './alarms.js';
import type { Assignment } from './assignment.js';
import { endOfEmptyRange } from './empty-range.js';
import { logRanges } from './log-range.js';
import type { GroupMember } from './member.js';
import { type Stuck, Watchdog } from './watchdog.js';

const LOOKS_PER_ALARM = 6;
const LOOK_INTERVAL_MAX_MS = 10_000;

/**
 * Watches that what is fetched follows what the broker has, and cures a consumer that does not get on: past a range that
 * the broker itself shows to be empty it is moved, in all other cases it is replaced. Nothing is ever skipped.
 */
export class StuckPositions {
  readonly intervalMs: number;
  private readonly watchdog: Watchdog;
  private looking = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly member: GroupMember,
    stuckMs: number,
    private readonly alarms: ConsumerAlarms,
    private readonly log: Log,
  ) {
    this.watchdog = new Watchdog(stuckMs);
    this.intervalMs = Math.min(stuckMs / LOOKS_PER_ALARM, LOOK_INTERVAL_MAX_MS);
  }

  /** The consumer, or its assignment, is another. */
  reset(): void {
    this.watchdog.reset();
  }

  /** @param paused whether nothing is fetched because the queue is full */
  async look(assignment: Assignment, paused: boolean): Promise<void> {
    if (this.looking || !assignment.ready) return;
    if (paused) return this.watchdog.skip();
    this.looking = true;
    try {
      const stuck = await this.stuckIn(assignment);
      for (const partition of stuck) await this.cure(assignment, partition);
    } catch (error) {
      // A broker that does not answer is the consumer's affair.
      this.watchdog.skip();
      this.log.debug({ err: error }, 'the ends of the topics could not be read');
    } finally {
      this.looking = false;
    }
  }

  private async stuckIn(assignment: Assignment): Promise<readonly Stuck[]> {
    const ends = new Map<string, number>();
    // Positions are read first: what arrives in between must not look like something left behind.
    const positions = assignment.fetchPositions();
    for (const topic of new Set(positions.map((position) => position.topic))) {
      for (const { partition, high } of await logRanges(this.admin, topic)) ends.set(`${topic}/${partition}`, high);
    }
    if (assignment.signal.aborted) return [];
    return this.watchdog.look(
      performance.now(),
      positions.map(({ topic, partition, next }) => {
        return { topic, partition, position: next, end: ends.get(`${topic}/${partition}`) ?? next };
      }),
    );
  }

  private async cure(assignment: Assignment, { topic, partition, position, end, stillMs }: Stuck): Promise<void> {
    const where = { topic, partition, position, end };
    const found = `Partition ${partition} of ${topic} ends at ${end}, and reading has stood still at ${position} for ${Math.round(stillMs / 1000)} s`;
    const next = await endOfEmptyRange(this.kafka, { topic, partition, next: position }).catch((error: unknown) => {
      this.log.warn({ err: error, ...where }, 'the broker could not be asked what follows the position');
      return null;
    });
    // While the broker was asked the consumer may have got on, or have been replaced for another partition.
    const now = assignment.fetchPositions().find((one) => one.topic === topic && one.partition === partition);
    if (assignment.signal.aborted || now?.next !== position) return;
    if (next === null) {
      this.alarms.raised('stuck');
      this.log.error(where, `${found}: the consumer is replaced.`);
      this.member.replace();
      return;
    }
    this.alarms.raised('passed');
    this.log.error(
      { ...where, next },
      `${found}: the broker has nothing to deliver before ${next}, going on from there.`,
    );
    assignment.passed({ topic, partition, from: position, next });
    this.member.seek({ topic, partition, next });
  }
}
