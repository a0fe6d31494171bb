/** `/health/live`: the process answers. `/health/ready`: what it reads from answers too. */
import { Router } from 'express';
import { withinTime } from '../deadline.js';
import type { RouteContext } from './context.js';

export interface HealthChecks {
  readonly [name: string]: () => Promise<unknown>;
}

/** A store that needs longer to say that it is there is not ready. */
const CHECK_TIMEOUT_MS = 2_000;

export function healthRoutes(checks: HealthChecks): Router {
  const router = Router({ caseSensitive: true });
  router.get('/health/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  router.get('/health/ready', async (_request, response) => {
    const outcomes = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await runs(check)] as const),
    );
    const ready = outcomes.every(([, up]) => up);
    response.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : 'not ready',
      checks: Object.fromEntries(outcomes.map(([name, up]) => [name, up ? 'up' : 'down'])),
    });
  });
  return router;
}

async function runs(check: () => Promise<unknown>): Promise<boolean> {
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
