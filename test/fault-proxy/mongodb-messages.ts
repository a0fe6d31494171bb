/** As much of MongoDB's wire protocol as the proxy needs: the first section of OP_MSG, of kind 0. */
import { BSON, type Document } from 'mongodb';

const HEADER_BYTES = 16;
const OP_MSG = 2013;
/** After the header: four bytes of flags and one byte that says which kind of section follows. */
const DOCUMENT_AT = HEADER_BYTES + 5;

/** Cuts a stream into messages. */
export class MessageReader {
  private rest = Buffer.alloc(0);

  read(chunk: Buffer): Buffer[] {
    this.rest = Buffer.concat([this.rest, chunk]);
    const messages: Buffer[] = [];
    while (this.rest.length >= HEADER_BYTES && this.rest.length >= this.rest.readInt32LE(0)) {
      const length = this.rest.readInt32LE(0);
      messages.push(this.rest.subarray(0, length));
      this.rest = this.rest.subarray(length);
    }
    return messages;
  }
}

/** The command's name, which is the first key of its document; `null` for messages of other kinds. */
export function commandOf(message: Buffer): string | null {
  const document = documentOf(message);
  return document === null ? null : (Object.keys(document)[0] ?? null);
}

/** The id of the request that a message answers. */
export function repliesTo(message: Buffer): number {
  return message.readInt32LE(8);
}

/** An answer to the request. */
export function answerTo(request: Buffer, document: Document): Buffer {
  return messageOf({ id: 0, responseTo: request.readInt32LE(4) }, document);
}

/** The same answer with more fields. */
export function withFields(answer: Buffer, fields: Document): Buffer {
  const ids = { id: answer.readInt32LE(4), responseTo: repliesTo(answer) };
  return messageOf(ids, { ...documentOf(answer), ...fields });
}

function messageOf({ id, responseTo }: { id: number; responseTo: number }, document: Document): Buffer {
  const section = BSON.serialize(document);
  const message = Buffer.alloc(DOCUMENT_AT + section.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(id, 4);
  message.writeInt32LE(responseTo, 8);
  message.writeInt32LE(OP_MSG, 12);
  message.set(section, DOCUMENT_AT);
  return message;
}

/** `null` for messages of other kinds. */
export function documentOf(message: Buffer): Document | null {
  if (message.readInt32LE(12) !== OP_MSG || message[DOCUMENT_AT - 1] !== 0) return null;
  // Sections of kind 1 may follow.
  return BSON.deserialize(message.subarray(DOCUMENT_AT, DOCUMENT_AT + message.readInt32LE(DOCUMENT_AT)));
}
