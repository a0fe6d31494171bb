import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { EventStream, type Wire } from '../../../api/changes/event-stream.js';
import { decodePlace, encodePlace, placeSeal } from '../../../api/changes/place.js';
import { SECRET } from '../asking.js';

/** A connection whose client takes what it is given when it is told to. */
class Connection extends EventEmitter implements Wire {
  text = '';
  writableLength = 0;
  state: 'open' | 'ended' | 'cut' = 'open';

  get writableNeedDrain(): boolean {
    return this.writableLength > 0;
  }

  write(bytes: Uint8Array): boolean {
    this.text += Buffer.from(bytes).toString('utf8');
    this.writableLength += bytes.length;
    return false;
  }

  take(bytes = this.writableLength): void {
    this.writableLength -= bytes;
    if (this.writableLength === 0) this.emit('drain');
  }

  end(): void {
    this.state = 'ended';
  }

  destroy(): void {
    this.state = 'cut';
  }
}

function opened(bufferBytesMax = 1_000) {
  const connection = new Connection();
  const stream = new EventStream(connection, idOf, { bufferBytesMax, retryMs: 500 });
  const sent = () => {
    const { text } = connection;
    connection.text = '';
    connection.take();
    return text;
  };
  return { connection, stream, sent };
}

const seal = placeSeal(SECRET);
const idOf = (places: readonly number[]) => encodePlace({ edition: '1.1', places }, seal);
const event = (data: string) => ({ event: 'change' as const, data });

describe('a stream of events', () => {
  it('begins with an id, for a client that sees nothing else', () => {
    const { stream, sent } = opened();
    stream.begin([3, 4]);
    expect(sent()).toBe(`retry: 500\n\nevent: ready\nid: ${idOf([3, 4])}\ndata: {}\n\n`);
  });

  it('ends in order with how far the client has come, unless it knows that', () => {
    const { stream, connection, sent } = opened();
    stream.begin([0]);
    sent();
    stream.finish([7]);
    expect([sent(), connection.state]).toEqual([`id: ${idOf([7])}\n\n`, 'ended']);
    const other = opened();
    other.stream.begin([7]);
    other.sent();
    other.stream.finish([7]);
    expect([other.sent(), other.connection.state]).toEqual(['', 'ended']);
  });

  it('says how far the client has come with the last of the events that go together', () => {
    const { stream, sent } = opened();
    stream.begin([0]);
    sent();
    stream.send([event('{"a":1}'), event('{"a":2}')], [2]);
    expect(sent()).toBe(`event: change\ndata: {"a":1}\n\nevent: change\nid: ${idOf([2])}\ndata: {"a":2}\n\n`);
    stream.send([event('{"a":3}')], [2]);
    expect(sent()).toBe('event: change\ndata: {"a":3}\n\n');
  });

  it('says nothing of a place that has moved by what its client does not hear of, until the next sign of life', () => {
    const { stream, sent } = opened();
    stream.begin([0]);
    sent();
    stream.send([], [5]);
    expect(sent()).toBe('');
    stream.beat([5]);
    expect(sent()).toBe(`:\n\nid: ${idOf([5])}\n\n`);
  });

  it('gives a sign of life, and how far the client has come by what it does not want to hear of', () => {
    const { stream, sent } = opened();
    stream.begin([0]);
    sent();
    stream.beat([0]);
    expect(sent()).toBe(':\n\n');
    stream.beat([9]);
    expect(sent()).toBe(`:\n\nid: ${idOf([9])}\n\n`);
    expect(decodePlace(idOf([9]), seal)).toEqual({ edition: '1.1', places: [9] });
  });

  it('cuts off a client that takes less than it is sent, before more waits for it than may', () => {
    const { connection, stream } = opened(500);
    for (let i = 0; i < 3; i += 1) stream.send([event('x')], [1]);
    expect(connection.state).toBe('open');
    stream.send([event('y'.repeat(400))], [1]);
    expect(connection.state).toBe('cut');
    expect(stream.isOpen).toBe(false);
    expect(connection.text).not.toContain('yyy');
    expect(connection.writableLength).toBeLessThanOrEqual(500);
  });

  it('sends what is larger than may wait to a client that has taken all before it, and then as much as may wait', () => {
    const { connection, stream } = opened(200);
    stream.send([event('x'.repeat(5_000))], [1]);
    const large = connection.writableLength;
    stream.send([event('y')], [1]);
    // It is taken slowly, but it is taken.
    for (let i = 0; i < 5; i += 1) {
      stream.beat([1]);
      connection.take(900);
    }
    expect(connection.state).toBe('open');
    expect(connection.text).toContain('data: y');
    connection.take();
    stream.send([event('x'.repeat(5_000))], [1]);
    for (let i = 0; i < 50; i += 1) stream.send([event('z')], [1]);
    expect(connection.state).toBe('cut');
    expect(connection.writableLength).toBeLessThanOrEqual(large + 200);
  });

  it('counts what waits in bytes', () => {
    const { connection, stream } = opened(200);
    stream.send([event('a')], [1]);
    stream.send([event('耳'.repeat(60))], [1]);
    expect(connection.state).toBe('cut');
  });

  it('cuts off a client that takes nothing between two signs of life', () => {
    const { connection, stream } = opened();
    stream.beat([0]);
    connection.take();
    stream.beat([0]);
    expect(connection.state).toBe('open');
    stream.beat([0]);
    expect(connection.state).toBe('cut');
  });

  it('waits until the client has taken what it was sent, or is gone', async () => {
    const { connection, stream } = opened();
    await stream.drained();
    stream.send([event('x')], [1]);
    let isDrained = false;
    const drained = stream.drained().then(() => {
      isDrained = true;
    });
    await Promise.resolve();
    expect(isDrained).toBe(false);
    connection.take();
    await drained;
    stream.send([event('x')], [2]);
    const gone = stream.drained();
    connection.emit('close');
    await gone;
    expect(stream.isOpen).toBe(false);
    expect(connection.listenerCount('drain')).toBe(0);
  });

  it('ends with a reset that leaves the client without an id', () => {
    const { connection, stream, sent } = opened();
    stream.reset();
    expect(sent()).toBe('event: reset\nid:\ndata: {}\n\n');
    expect(connection.state).toBe('ended');
    stream.send([event('x')], [1]);
    expect(sent()).toBe('');
  });
});
