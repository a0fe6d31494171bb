/**
 * When an answer is over: it was sent, or its connection is gone. `response.once('close')` does not tell: on Node 20 and
 * 22 a response that stands behind another one on its connection never closes when the connection does.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What waits for the end of each connection: one listener for all, however many requests come on it. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/** Calls back once: at the end, or at once when that has been. `isAnswered`: whether all of the answer was sent. */
export function whenOver(response: ServerResponse, callback: (isAnswered: boolean) => void): void {
  const { socket } = response.req;
  if (response.closed || socket.closed) {
    callback(response.writableFinished);
    return;
  }
  const atClose = callbacksOf(socket);
  const over = () => {
    response.off('close', over);
    atClose.delete(over);
    callback(response.writableFinished);
  };
  response.once('close', over);
  atClose.add(over);
}

function callbacksOf(socket: Socket): Set<() => void> {
  const known = waiting.get(socket);
  if (known !== undefined) return known;
  const callbacks = new Set<() => void>();
  waiting.set(socket, callbacks);
  socket.once('close', () => {
    for (const callback of callbacks) callback();
  });
  return callbacks;
}
