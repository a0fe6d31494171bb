/**
 * Records as MongoDB sends them: what is more than may be read is known before anything is made of it, and is not read to
 * its end.
 */
import { setImmediate } from 'node:timers/promises';
import { BSON, type Document } from 'mongodb';
import { AnswerTooLarge } from '../../ports/errors.js';

/** For the driver, so that it gives out the bytes of each record. */
export const RAW = { raw: true } as const;

/** Deserialized in one go, before others have their turn. */
const DESERIALIZED_AT_A_TIME = 1_048_576;

export class RawRecords {
  readonly #bytesMax: number;
  #bytes = 0;

  /** Of everything that is read. */
  constructor(bytesMax = Number.POSITIVE_INFINITY) {
    this.#bytesMax = bytesMax;
  }

  /** What the cursor goes through. @throws AnswerTooLarge */
  async all(cursor: AsyncIterable<unknown>): Promise<Document[]> {
    const found: Uint8Array[] = [];
    for await (const record of cursor) found.push(this.#counted(record));
    const documents: Document[] = [];
    let bytes = 0;
    for (const record of found) {
      if (bytes > DESERIALIZED_AT_A_TIME) {
        bytes = 0;
        await setImmediate();
      }
      bytes += record.byteLength;
      documents.push(BSON.deserialize(record));
    }
    return documents;
  }

  /** @throws AnswerTooLarge */
  one(record: unknown): Document | null {
    return record === null ? null : BSON.deserialize(this.#counted(record));
  }

  #counted(record: unknown): Uint8Array {
    if (!(record instanceof Uint8Array)) throw new TypeError('The driver was asked for the bytes of records.');
    this.#bytes += record.byteLength;
    if (this.#bytes > this.#bytesMax) throw new AnswerTooLarge(this.#bytesMax);
    return record;
  }
}
