/** The secret by which the API seals cursors. The API writes nothing, so the projector makes it. */
import { randomBytes } from 'node:crypto';
import type { Db } from 'mongodb';
import { CURSOR_SECRET_ID, SECRETS_COLLECTION } from '../../../runtime/storage/names.js';
import type { SecretRecord } from '../../../runtime/storage/records.js';
import { withMongo } from './connection.js';

const SECRET_BYTES = 32;
const DUPLICATE_KEY = 11000;

/** One that is there stays as it is: of several that begin together, one makes it for all. */
export async function makeCursorSecret(db: Db): Promise<void> {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  await withMongo('make the secret for cursors', () =>
    db
      .collection<SecretRecord>(SECRETS_COLLECTION)
      .insertOne({ _id: CURSOR_SECRET_ID, secret })
      .catch((error: unknown) => {
        if (!isThere(error)) throw error;
      }),
  );
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY;
}
