import fc from 'fast-check';
import { BSON } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { WireMessages } from '../../bench/wire-messages.js';

const OP_MSG = 2013;
const OP_COMPRESSED = 2012;

/** As the driver sends it: header, flags, and the command as a section of kind 0. */
function message(command: BSON.Document, opcode = OP_MSG): Buffer {
  const body = Buffer.concat([Buffer.alloc(5), BSON.serialize(command)]);
  const header = Buffer.alloc(16);
  header.writeInt32LE(16 + body.length, 0);
  header.writeInt32LE(opcode, 12);
  return Buffer.concat([header, body]);
}

function heard(chunks: readonly Buffer[]): string[] {
  const commands: string[] = [];
  const messages = new WireMessages((command) => commands.push(command));
  for (const chunk of chunks) messages.push(chunk);
  return commands;
}

const small = message({ ping: 1, $db: 'admin' });
const large = message({ update: 'orders', updates: [{ u: 'x'.repeat(5000) }], $db: 'bench' });

describe('messages of MongoDB clients', () => {
  it('are told one by one, by command', () => {
    expect(heard([small, large, small])).toEqual(['ping', 'update', 'ping']);
  });

  it('are the same however the stream is cut', () => {
    const stream = Buffer.concat([large, small, small, large]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 200 }), (lengths) => {
        const chunks: Buffer[] = [];
        let at = 0;
        for (const length of lengths) {
          chunks.push(stream.subarray(at, at + length));
          at = Math.min(stream.length, at + length);
        }
        chunks.push(stream.subarray(at));
        expect(heard(chunks)).toEqual(['update', 'ping', 'ping', 'update']);
      }),
    );
  });

  it('are told even when they are compressed, without a name', () => {
    expect(heard([message({ find: 'orders' }, OP_COMPRESSED), small])).toEqual(['other', 'ping']);
  });
});
