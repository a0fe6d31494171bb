/** How long live events take to their documents, without a fan-out and during one. */
import { changeProduct } from './fan-out-changes.js';
import type { FanOutStage } from './fan-out-stage.js';
import { type Sighting, Trickle } from './trickle.js';

export interface LiveRound {
  /** Milliseconds from Kafka to the document, of each event. */
  readonly quiet: readonly number[];
  readonly during: readonly number[];
  /** How long the fan-out took beside the live events. */
  readonly fanOutSeconds: number;
}

export interface Pace {
  readonly eventsPerSecond: number;
  readonly quietSeconds: number;
}

/** The first round warms up and is left out. */
export async function measureLive(stage: FanOutStage, rounds: number, pace: Pace): Promise<LiveRound[]> {
  const measured: LiveRound[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    stage.bench.progress('live', round === 0 ? 'warming up, not counted' : `${round} of ${rounds}`);
    const quiet = await beside(stage, pace, async () => {
      await new Promise((resolve) => setTimeout(resolve, pace.quietSeconds * 1000));
      return pace.quietSeconds;
    });
    const during = await beside(stage, pace, async () => (await changeProduct(stage, 'name')).spent.seconds);
    if (round === 0) continue;
    measured.push({
      quiet: quiet.latencies,
      during: during.latencies,
      fanOutSeconds: during.seconds,
    });
  }
  return measured;
}

/**
 * Live events beside something, and until all of them are seen. Counted are those that were published during it.
 * @param something tells how many seconds it took, should there be more to it than is measured.
 */
async function beside(
  { feed, derived, shop, orders }: FanOutStage,
  { eventsPerSecond }: Pace,
  something: () => Promise<number>,
): Promise<{ latencies: number[]; seconds: number }> {
  const trickle = new Trickle(feed, derived, shop, orders, eventsPerSecond);
  const begun = performance.now();
  const [sightings, seconds] = await Promise.all([trickle.run(), something().finally(() => trickle.stop())]);
  const counted = ({ publishedMs }: Sighting) => publishedMs <= begun + seconds * 1000;
  return { latencies: sightings.filter(counted).map(({ latencyMs }) => latencyMs), seconds };
}
