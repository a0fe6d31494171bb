/**
 * Requests that a client sends without waiting for answers are worked on one after the other: Node reads as many as come and
 * would begin all of them, each with what it takes of the process, while the client takes none of the answers. A request
 * begins when its answer has the connection.
 */
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { whenOver } from './over.js';

/** What may wait on one connection. */
export interface WaitingLimits {
  readonly requestsMax: number;
  /** Of the URLs and headers of all of them together, unless there is only one. */
  readonly bytesMax: number;
}

interface Line {
  isBusy: boolean;
  /** No more are taken: the connection ends with the last of those that wait. */
  isFull: boolean;
  /** How many came all the same. */
  beyond: number;
  readonly waiting: Asked[];
  /** Of those that wait. */
  bytes: number;
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: Answer;
  readonly bytes: number;
}

type Answer = Parameters<RequestListener>[1];

/** What each name and value takes beside its characters. */
const TEXT_BYTES = 32;

/**
 * A connection ends with the answer of the last request that may wait; what comes beyond is not answered, and where that
 * is as much again, or more bytes than may wait, nothing is.
 */
export function oneAtATime(listener: RequestListener, limits: WaitingLimits): RequestListener {
  const lines = new WeakMap<Socket, Line>();
  return (request, response) => {
    const { socket } = request;
    if (!socket.writable) return;
    const line = lines.get(socket) ?? { isBusy: false, isFull: false, beyond: 0, waiting: [], bytes: 0 };
    lines.set(socket, line);
    const asked = { request, response, bytes: bytesOf(request) };
    if (line.isFull) {
      line.beyond += 1;
      if (line.beyond > limits.requestsMax) socket.destroy();
    } else if (!line.isBusy) begin(line, listener, asked);
    else if (isTooMuch(line, asked, limits)) socket.destroy();
    else {
      line.waiting.push(asked);
      line.bytes += asked.bytes;
      line.isFull = line.waiting.length === limits.requestsMax;
      if (line.isFull) response.shouldKeepAlive = false;
    }
  };
}

function isTooMuch({ waiting, bytes }: Line, asked: Asked, { requestsMax, bytesMax }: WaitingLimits): boolean {
  return requestsMax === 0 || (waiting.length > 0 && bytes + asked.bytes > bytesMax);
}

function bytesOf({ url = '', rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((bytes, text) => bytes + text.length + TEXT_BYTES, url.length);
}

function begin(line: Line, listener: RequestListener, { request, response }: Asked): void {
  line.isBusy = true;
  whenOver(response, () => {
    line.isBusy = false;
    const next = line.waiting.shift();
    if (next === undefined) return;
    line.bytes -= next.bytes;
    line.isBusy = true;
    // Without the connection it waits on, for ever when the answer before was the last one.
    if (next.response.socket !== null) begin(line, listener, next);
    else next.response.once('socket', () => begin(line, listener, next));
  });
  listener(request, response);
}
