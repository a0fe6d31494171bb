/**
 * Snappy as Kafka's producers send it. Java's puts its blocks into frames: a header of 16 bytes, then each block after
 * its length in four bytes. Those of librdkafka send one bare block. A block begins with how long it is once inflated.
 */
const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const HEADER_BYTES = 16;
const LENGTH_BYTES = 4;

/** @throws Error when a block is longer than what is there. */
export function snappyBlocks(compressed: Buffer): Buffer[] {
  if (!beginsAt(compressed, 0)) return [compressed];
  const blocks: Buffer[] = [];
  for (let at = HEADER_BYTES; at < compressed.length; ) {
    // One stream may follow another: Kafka's own clients read on.
    if (beginsAt(compressed, at)) {
      at += HEADER_BYTES;
      continue;
    }
    if (at + LENGTH_BYTES > compressed.length) throw new Error(CUT_OFF);
    const end = at + LENGTH_BYTES + compressed.readUInt32BE(at);
    if (end > compressed.length) throw new Error(CUT_OFF);
    blocks.push(compressed.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return blocks;
}

function beginsAt(compressed: Buffer, at: number): boolean {
  return compressed.subarray(at, at + MAGIC.length).equals(MAGIC);
}

const CUT_OFF = 'A batch compressed with snappy ends in the middle of a block.';

/** What the block says; whoever inflates it takes no more. */
export function snappyBytesOf(block: Buffer): number {
  let bytes = 0;
  for (let at = 0, scale = 1; at < block.length && at < 5; at += 1, scale *= 128) {
    const byte = block[at] ?? 0;
    bytes += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  return bytes;
}
