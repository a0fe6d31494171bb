/**
 * Sends JSON that is there in pieces: small answers at once, large ones as fast as the client takes them, so that no
 * more of them is copied than is on its way.
 */
import type { Response } from 'express';

const WRITTEN_AT_A_TIME = 262_144;

/** Resolves when all is written, or the client is gone. */
export async function sendJson(response: Response, pieces: readonly string[]): Promise<void> {
  const bytes = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  response.type('json');
  if (bytes <= SMALL_ANSWER_BYTES) {
    response.send(pieces.join(''));
    return;
  }
  response.set('Content-Length', String(bytes));
  if (response.req.method !== 'HEAD') {
    for (const piece of gathered(pieces)) {
      if (response.closed) return;
      if (!response.write(piece)) await untilTaken(response);
    }
  }
  response.end();
}

/** Short ones together, long ones in parts. */
function* gathered(pieces: readonly string[]): Generator<Buffer> {
  let waiting = '';
  for (const piece of pieces) {
    // A long text is never copied into a longer one.
    if (piece.length < WRITTEN_AT_A_TIME) waiting += piece;
    if (waiting.length < WRITTEN_AT_A_TIME && piece.length < WRITTEN_AT_A_TIME) continue;
    yield* partsOf(waiting);
    waiting = '';
    if (piece.length >= WRITTEN_AT_A_TIME) yield* partsOf(piece);
  }
  yield* partsOf(waiting);
}

function* partsOf(text: string): Generator<Buffer> {
  for (let from = 0, to = 0; from < text.length; from = to) {
    to = from + WRITTEN_AT_A_TIME;
    // No character is cut in two.
    if (/[\ud800-\udbff]/.test(text.charAt(to - 1))) to -= 1;
    yield Buffer.from(text.slice(from, to));
  }
}

function untilTaken(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
    if (response.closed) done();
  });
}

/** Of these there may be as many as there may be requests. */
export const SMALL_ANSWER_BYTES = 524_288;
