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
  /** No more are taken: the connection ends with the last of those that wait. */
  isFull: boolean;
  /** How many came all the same. */
  beyond: number;
  readonly waiting: Asked[];
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: Answer;
}

type Answer = Parameters<RequestListener>[1];

/**
 * A connection ends with the answer of the last request that may wait, `waitingMax` behind the first; what comes beyond
 * is not answered, and where that is as much again, nothing is.
 */
export function oneAtATime(listener: RequestListener, waitingMax: number): RequestListener {
  const lines = new WeakMap<Socket, Line>();
  return (request, response) => {
    const { socket } = request;
    if (!socket.writable) return;
    const line = lines.get(socket) ?? { isBusy: false, isFull: false, beyond: 0, waiting: [] };
    lines.set(socket, line);
    if (line.isFull) {
      line.beyond += 1;
      if (line.beyond > waitingMax) socket.destroy();
      return;
    }
    if (!line.isBusy) begin(line, listener, { request, response });
    else {
      line.waiting.push({ request, response });
      line.isFull = line.waiting.length === waitingMax;
      if (line.isFull) response.shouldKeepAlive = false;
    }
  };
}

function begin(line: Line, listener: RequestListener, { request, response }: Asked): void {
  line.isBusy = true;
  whenOver(response, () => {
    line.isBusy = false;
    const next = line.waiting.shift();
    if (next === undefined) return;
    line.isBusy = true;
    // Without the connection it waits on, for ever when the answer before was the last one.
    if (next.response.socket !== null) begin(line, listener, next);
    else next.response.once('socket', () => begin(line, listener, next));
  });
  listener(request, response);
}
