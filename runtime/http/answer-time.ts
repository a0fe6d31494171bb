/** Cuts off clients that read so slowly that an answer takes longer than it may to be sent. */
import type { Server, ServerResponse } from 'node:http';
import { whenOver } from './over.js';

/** Looked at so often within the time. */
const LOOKS = 8;
const LOOK_EVERY_MS_MAX = 1_000;

/** Answers that last for as long as they like until they end: what makes them has limits of its own. */
const lasting = new WeakSet<ServerResponse>();

export function lastsAsLongAsItLikes(response: ServerResponse): void {
  lasting.add(response);
}

/** An answer's time begins with its first byte: how long it takes to be made is not its client's fault. */
export function limitAnswerTime(server: Server, timeoutMs: number, onCutOff: () => void): void {
  /** Since when each is being sent; `null`: not yet. */
  const open = new Map<ServerResponse, number | null>();
  server.on('request', (_request, response) => {
    open.set(response, null);
    whenOver(response, () => open.delete(response));
  });
  const look = () => {
    const now = performance.now();
    for (const [response, since] of open) {
      if (!response.headersSent || response.socket === null) continue;
      if (lasting.has(response) && !response.writableEnded) continue;
      if (since === null) open.set(response, now);
      else if (now - since > timeoutMs) {
        onCutOff();
        response.socket.destroy();
      }
    }
  };
  let looking: NodeJS.Timeout | undefined;
  server.once('listening', () => {
    looking = setInterval(look, Math.min(LOOK_EVERY_MS_MAX, timeoutMs / LOOKS)).unref();
  });
  server.once('close', () => clearInterval(looking));
}
