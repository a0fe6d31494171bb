/** The commands in a stream of MongoDB's wire protocol, from client to server. */
const LENGTH_BYTES = 4;
const OPCODE_AT = 12;
const OP_MSG = 2013;
/** After the header, four bytes of flags and one that says the kind of section, begins the command as BSON. */
const COMMAND_NAME_AT = 26;
/** Enough of a message to tell its command's name. */
const HEAD_BYTES = 128;

export class WireMessages {
  private head: Buffer = Buffer.alloc(0);
  /** Bytes of a message already told that are still to come. */
  private rest = 0;

  /** `tell` gets the name of each command; `other` for messages of other kinds. */
  constructor(private readonly tell: (command: string) => void) {}

  push(chunk: Buffer): void {
    let left = chunk;
    while (left.length > 0) {
      const skipped = Math.min(this.rest, left.length);
      this.rest -= skipped;
      left = this.collect(left.subarray(skipped));
    }
  }

  /** @returns what belongs to the bytes after this head. */
  private collect(bytes: Buffer): Buffer {
    if (bytes.length === 0) return bytes;
    const length = this.head.length < LENGTH_BYTES ? null : this.head.readInt32LE(0);
    const wanted = length === null ? LENGTH_BYTES : Math.min(length, HEAD_BYTES);
    const taken = bytes.subarray(0, wanted - this.head.length);
    this.head = Buffer.concat([this.head, taken]);
    if (length !== null && this.head.length === wanted) {
      this.tell(commandOf(this.head));
      this.rest = length - this.head.length;
      this.head = Buffer.alloc(0);
    }
    return bytes.subarray(taken.length);
  }
}

function commandOf(head: Buffer): string {
  if (head.length <= COMMAND_NAME_AT || head.readInt32LE(OPCODE_AT) !== OP_MSG) return 'other';
  const end = head.indexOf(0, COMMAND_NAME_AT);
  return head.toString('utf8', COMMAND_NAME_AT, end === -1 ? head.length : end);
}
