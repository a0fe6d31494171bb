/**
 * `/health/live`: the process answers. `/health/ready`: it can answer something. A store that is down takes none of the
 * processes out of a balancer, since all of them would go: it is named as degraded, here and in the metrics. One that has
 * no room for anybody, and none that becomes free, is of no use in it.
 */
import { Router } from 'express';
import { withinTime } from '../deadline.js';
import type { RouteContext } from './context.js';
import { EXACT } from './priced-routes.js';

export interface HealthChecks {
  readonly elasticsearch: Check;
  readonly mongodb: Check;
  /** Which documents are served. */
  readonly generation: Check;
}

type Check = () => Promise<unknown>;

/** Whether each is up. */
export type Health = Readonly<Record<keyof HealthChecks, boolean>>;

/** A store that needs longer to say that it is there is not ready. */
const CHECK_TIMEOUT_MS = 900;

/** `saturation`: what the process has had too little of for a lasting time. */
export function healthRoutes(checks: HealthChecks, stopping: AbortSignal, saturation: () => readonly string[]): Router {
  const router = Router(EXACT);
  router.get('/health/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  router.get('/health/ready', async (_request, response) => {
    // Whoever asks is to ask elsewhere from now on, without waiting for stores.
    if (stopping.aborted) return void response.status(503).json({ status: 'stopping', degraded: [], checks: {} });
    const health = await healthOf(checks);
    const reasons = saturation();
    const canAnswer = isReady(health);
    const ready = canAnswer && reasons.length === 0;
    response.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : canAnswer ? 'saturated' : 'not ready',
      ...(reasons.length === 0 ? {} : { reasons }),
      degraded: Object.entries(health).flatMap(([name, up]) => (up ? [] : [name])),
      checks: Object.fromEntries(Object.entries(health).map(([name, up]) => [name, up ? 'up' : 'down'])),
    });
  });
  return router;
}

export async function healthOf({ elasticsearch, mongodb, generation }: HealthChecks): Promise<Health> {
  const outcomes = await Promise.all([runs(elasticsearch), runs(mongodb), runs(generation)]);
  return { elasticsearch: outcomes[0], mongodb: outcomes[1], generation: outcomes[2] };
}

/** Each store answers for views of its own. */
function isReady({ elasticsearch, mongodb, generation }: Health): boolean {
  return generation && (elasticsearch || mongodb);
}

async function runs(check: Check): Promise<boolean> {
  try {
    await withinTime(check(), CHECK_TIMEOUT_MS);
    return true;
  } catch {
    return false;
  }
}

export function checksOf({ readers, generations }: RouteContext): HealthChecks {
  return {
    elasticsearch: () => readers.elasticsearch.ping(),
    mongodb: () => readers.mongodb.ping(),
    generation: () => generations.live(),
  };
}
