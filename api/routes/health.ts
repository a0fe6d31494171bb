/**
 * `/health/live`: the process answers. `/health/ready`: it can answer something. A store that is down takes none of the
 * processes out of a balancer, since all of them would go: it is named as degraded, here and in the metrics. One that has
 * no room for anybody, and none that becomes free, is of no use in it.
 */
import { Router } from 'express';
import { canAnswer, type RecentHealth } from '../serving/health.js';
import { FREE } from './priced-routes.js';

const NO_SECRET =
  'There is no secret for cursors, or it cannot be read. A projector of this version makes it when it starts; CURSOR_SECRET does without.';

/** `saturation`: what the process has had too little of for a lasting time. */
export function healthRoutes(recent: RecentHealth, stopping: AbortSignal, saturation: () => readonly string[]): Router {
  const router = Router(FREE);
  router.get('/health/live', (_request, response) => {
    response.json({ status: 'live' });
  });
  router.get('/health/ready', async (_request, response) => {
    // Whoever asks is to ask elsewhere from now on, without waiting for stores.
    if (stopping.aborted) return void response.status(503).json({ status: 'stopping', degraded: [], checks: {} });
    const health = await recent.now();
    const reasons = health.cursorSecret ? saturation() : [...saturation(), NO_SECRET];
    const isOfUse = canAnswer(health);
    const ready = isOfUse && reasons.length === 0;
    response.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : isOfUse ? 'saturated' : 'not ready',
      ...(reasons.length === 0 ? {} : { reasons }),
      degraded: Object.entries(health).flatMap(([name, up]) => (up ? [] : [name])),
      checks: Object.fromEntries(Object.entries(health).map(([name, up]) => [name, up ? 'up' : 'down'])),
    });
  });
  return router;
}
