/** Answers what never became a request: too large, too slow, or no HTTP. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem, problemBody, statusOf } from './problems.js';

/** So long a client has to read the answer and to close the connection. */
const LINGER_MS = 1_000;

export function answerUnparsed(error: NodeJS.ErrnoException, socket: Duplex): void {
  // In the middle of another answer, a further one would pass for a part of it.
  const { _httpMessage: answering } = socket as Duplex & { readonly _httpMessage?: { readonly headersSent: boolean } };
  if (error.code === 'ECONNRESET' || !socket.writable || answering?.headersSent === true) {
    socket.destroy();
    return;
  }
  const problem = problemOf(error.code);
  const id = randomUUID();
  const body = JSON.stringify(problemBody(problem, id));
  const status = statusOf(problem);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Cache-Control: no-store',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  closeSoon(socket);
}

/** Not at once: what the client has still sent would make its system forget the answer. And not when the client likes. */
function closeSoon(socket: Duplex): void {
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut)).resume();
}

function problemOf(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('headers-too-large', 'Ask for less at once; a cursor may also be too long for this list.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request-timeout', 'Send the whole request at once.');
    default:
      return new Problem('malformed-request', 'The request cannot be parsed.');
  }
}
