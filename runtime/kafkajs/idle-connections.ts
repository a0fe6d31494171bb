/**
 * kafkajs 2.2.4 keeps a timer of 1 ms per connection even when nothing waits (tulios/kafkajs #1704), about 3 % of a
 * core each. Nothing needs checking while no request is pending: sending one, or an answer, checks by itself.
 */
import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

const load = createRequire(import.meta.url);
let done = false;

export function quietIdleConnections(): void {
  if (done) return;
  done = true;
  const { prototype } = load('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}
