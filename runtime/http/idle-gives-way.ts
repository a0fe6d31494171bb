/**
 * With as many connections as there may be, the oldest on which nothing is being answered makes room for a new one. So
 * nobody keeps others out by connections alone: not those who ask whether the process is alive, either.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { whenOver } from './over.js';

/** `refused`: there was none to give way, and the new one was closed. To be called before the server listens. */
export function idleGivesWay(server: Server, connectionsMax: number, refused: () => void): void {
  /** The oldest first, and how many of its requests are not answered yet. */
  const unanswered = new Map<Socket, number>();
  server.prependListener('connection', (socket: Socket) => {
    if (unanswered.size >= connectionsMax) {
      const [idle] = [...unanswered].find(([, requests]) => requests === 0) ?? [];
      if (idle === undefined) {
        refused();
        socket.destroy();
        return;
      }
      // Those that come before it has closed count upon its place, too.
      unanswered.delete(idle);
      idle.destroy();
    }
    unanswered.set(socket, 0);
    socket.once('close', () => unanswered.delete(socket));
  });
  server.prependListener('request', ({ socket }, response) => {
    const count = (by: number) => {
      const requests = unanswered.get(socket);
      if (requests !== undefined) unanswered.set(socket, requests + by);
    };
    count(1);
    whenOver(response, () => count(-1));
  });
}
