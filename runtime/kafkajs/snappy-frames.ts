/**
 * Snappy as Kafka's producers send it. Java's puts its blocks into frames: a header of 16 bytes, then each block after
 * its length in four bytes. Those of librdkafka send one bare block.
 */
const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const HEADER_BYTES = 16;
const LENGTH_BYTES = 4;

/** @throws Error when a block is longer than what is there. */
export async function unframed(compressed: Buffer, uncompress: (block: Buffer) => Promise<Buffer>): Promise<Buffer> {
  if (!compressed.subarray(0, MAGIC.length).equals(MAGIC)) return uncompress(compressed);
  const blocks: Buffer[] = [];
  for (let at = HEADER_BYTES; at < compressed.length; ) {
    const end = at + LENGTH_BYTES + compressed.readUInt32BE(at);
    if (end > compressed.length) throw new Error('A batch compressed with snappy ends in the middle of a block.');
    blocks.push(await uncompress(compressed.subarray(at + LENGTH_BYTES, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}
