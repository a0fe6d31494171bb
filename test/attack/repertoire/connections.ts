/** Connections that are kept for long, or left at once. Each attack has at most ten open, for as long as its caller is patient. */
import type { Socket } from 'node:net';
import { MANY } from '../huge-shop.js';
import type { Attack, Front } from './attack.js';
import { ask, conversation, getRequest } from './raw.js';

const PIPELINED = 300;
const AT_ONCE = 10;
const BYTE_EVERY_MS = 1_000;

export const CONNECTIONS: readonly Attack[] = [
  {
    name: '300 pipelined requests, and gone',
    requests: PIPELINED,
    times: 1,
    async carryOut(front) {
      const target = '/v1/orders?size=100&facets=status,category';
      const request = getRequest(front, target).replace('Connection: close\r\n', '');
      return [await conversation(front, (socket) => leaveAfter(socket, request.repeat(PIPELINED)))];
    },
  },
  manyAtOnce('readers that do not read', (front) =>
    conversation(front, (socket) => {
      socket.pause();
      socket.write(getRequest(front, `/v1/orders?productId=${MANY.productId}&size=100`));
    }),
  ),
  manyAtOnce('a header byte a second', (front) => conversation(front, drip)),
  manyAtOnce('waits for what never comes', (front, i) =>
    ask(front, '/v1/orders?size=1', [`Wait-For: orders/o-never-${i}@1;timeout=5000`]),
  ),
  manyAtOnce('streams of changes', (front) =>
    conversation(front, (socket) => socket.write(getRequest(front, '/v1/changes'))),
  ),
];

function manyAtOnce(name: string, one: (front: Front, i: number) => Promise<string>): Attack {
  const carryOut = (front: Front) => Promise.all(Array.from({ length: AT_ONCE }, (_, i) => one(front, i)));
  return { name, requests: AT_ONCE, times: 1, carryOut };
}

/** A reset would take back what was not read yet. */
function leaveAfter(socket: Socket, text: string): void {
  socket.write(text, 'latin1');
  socket.once('data', () => socket.resetAndDestroy());
}

function drip(socket: Socket): void {
  socket.write('GET /v1/orders?size=1 HTTP/1.1\r\nX-Slow: ');
  const timer = setInterval(() => socket.write('a'), BYTE_EVERY_MS);
  socket.once('close', () => clearInterval(timer));
}
