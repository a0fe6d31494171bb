/**
 * Requests that a client sends without waiting for answers are worked on one after the other: Node reads as many as come and
 * would begin all of them, each with what it takes of the process, while the client takes none of the answers. A request
 * begins when its answer has the connection.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { whenOver } from './over.js';

interface Line {
  isBusy: boolean;
  readonly waiting: Asked[];
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: Answer;
}

type Answer = Parameters<RequestListener>[1];

/** A connection on which more than `waitingMax` wait is cut off. */
export function oneAtATime(listener: RequestListener, waitingMax: number): RequestListener {
  const lines = new WeakMap<Socket, Line>();
  return (request, response) => {
    const { socket } = request;
    if (!socket.writable) return;
    const line = lines.get(socket) ?? { isBusy: false, waiting: [] };
    lines.set(socket, line);
    if (!line.isBusy) begin(line, listener, { request, response });
    else if (line.waiting.length < waitingMax) line.waiting.push({ request, response });
    else {
      line.waiting.length = 0;
      socket.destroy();
    }
  };
}

function begin(line: Line, listener: RequestListener, { request, response }: Asked): void {
  line.isBusy = true;
  whenOver(response, () => {
    line.isBusy = false;
    const next = line.waiting.shift();
    // It never gets the connection when this answer was the last one on it.
    if (next !== undefined && next.response.socket !== null) begin(line, listener, next);
    else line.waiting.length = 0;
  });
  listener(request, response);
}
