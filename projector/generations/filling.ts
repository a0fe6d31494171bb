/** How the states of a generation that is built come about. */

import type { Position } from '../ports/events.js';
import type { RebuildStore } from '../ports/rebuilds.js';
import type { Patience } from '../work/retry-policy.js';

export interface Filling {
  /** Whether the states are complete, given the durable positions. Where nobody else fills them, it first does a piece. */
  isDone(reached: readonly Position[]): Promise<boolean>;
  /** Brings into the documents what came while they were rendered, where nobody else does. */
  catchUp(): Promise<void>;
}

export interface FollowedFillingPorts {
  readonly rebuilds: Pick<RebuildStore, 'read'>;
  /** The end of every partition now, by `topic/partition`. */
  readonly ends: () => Promise<ReadonlyMap<string, number>>;
  readonly patience: Patience;
}

/** Of a short history less may be left: else nearly all of it would be rendered twice. */
const EVENTS_LEFT_SHARE = 0.05;
/** Fewer may always be left: live events keep coming. */
const EVENTS_LEFT_MIN = 100;

/** By the members of the generation's group, who go on to follow live events: the rest is rendered like these. */
export class FollowedFilling implements Filling {
  constructor(
    private readonly generation: number,
    private readonly ports: FollowedFillingPorts,
    /** It is over when no more events than this, and of a short history than a twentieth, are left. */
    private readonly eventsLeftMax: number,
  ) {}

  async isDone(positions: readonly Position[]): Promise<boolean> {
    const { patience, ends: readEnds, rebuilds } = this.ports;
    const [ends, record] = await Promise.all([
      patience.until(readEnds),
      patience.until(() => rebuilds.read(this.generation)),
    ]);
    const reached = new Map(positions.map(({ topic, partition, next }) => [`${topic}/${partition}`, next]));
    let all = 0;
    let left = 0;
    for (const [name, end] of ends) {
      const from = record?.from[name] ?? 0;
      all += Math.max(0, end - from);
      left += Math.max(0, end - (reached.get(name) ?? from));
    }
    return left <= Math.min(this.eventsLeftMax, Math.max(EVENTS_LEFT_MIN, all * EVENTS_LEFT_SHARE));
  }
  /** The members follow already. */
  async catchUp(): Promise<void> {}
}
