/**
 * Sends JSON that is there in pieces: small answers at once, large ones as fast as the client takes them, so that no
 * more of them is copied than is on its way.
 */
import type { Response } from 'express';
import { SMALL_ANSWER_BYTES } from '../limits/answer-room.js';

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
  let waiting: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    length += piece.length;
    if (length < WRITTEN_AT_A_TIME) continue;
    yield* partsOf(waiting.join(''));
    waiting = [];
    length = 0;
  }
  yield* partsOf(waiting.join(''));
}

function* partsOf(text: string): Generator<Buffer> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.byteLength; from += WRITTEN_AT_A_TIME) {
    yield bytes.subarray(from, from + WRITTEN_AT_A_TIME);
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
