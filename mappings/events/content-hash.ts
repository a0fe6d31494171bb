import { hash } from 'node:crypto';

/** 66 bits: enough to notice an id that was used twice, small enough to be remembered with every event. */
const HASH_CHARACTERS = 11;

/**
 * A short digest of what an event says. `data` comes out of its schema, which leaves unknown fields out and fixes the
 * order of keys, so the serialization is canonical: the mode of the envelope and the producer's order of keys are not
 * seen in it, nor is the `source`.
 */
export function contentHash(type: string, subject: string, time: number, sequence: number, data: object): string {
  // A type of the contract and an id have no line breaks, so the parts cannot run into each other.
  const content = `${type}\n${subject}\n${time}\n${sequence}\n${JSON.stringify(data)}`;
  return hash('sha1', content, 'base64url').slice(0, HASH_CHARACTERS);
}
