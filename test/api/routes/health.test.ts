import { expect, it } from 'vitest';
import { CursorSecret } from '../../../api/serving/cursor-secret.js';
import { until } from '../../until.js';
import { order } from '../documents.js';
import { memoryReader, serve } from '../server.js';

it('a process without the secret of cursors is not ready, says why, and is once the projector has made it', async () => {
  const reader = memoryReader({ orders: [order('o-1')] });
  let made: string | null = null;
  const { get: cursorSecret } = new CursorSecret({ read: async () => made });
  const server = await serve({ elasticsearch: reader, mongodb: reader, cursorSecret });
  try {
    const { status, body } = await server.get('/health/ready');
    expect([status, body.status, body.degraded]).toEqual([503, 'not ready', ['cursorSecret']]);
    expect(body.checks).toEqual({ elasticsearch: 'up', mongodb: 'up', generation: 'up', cursorSecret: 'down' });
    expect(body.reasons).toEqual([expect.stringContaining('secret for cursors')]);
    expect((await server.get('/health/live')).status).toBe(200);
    made = 'a secret of the namespace';
    await until('readiness', async () => (await server.get('/health/ready')).status === 200);
  } finally {
    await server.close();
  }
});
