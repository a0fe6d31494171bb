/** Answers that would be too large are refused with what to do, and large ones never take more than their room. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiSettings } from '../../api/composition/settings.js';
import { SMALL_ANSWER_BYTES } from '../../api/http/json-answer.js';
import { AnswerRoom } from '../../api/limits/answer-room.js';
import { AnswerTooLarge, CallerGone } from '../../api/ports/errors.js';
import { projectorSettings } from '../../projector/composition/settings.js';
import { readSettings } from '../../runtime/settings.js';
import { order, orderLine } from '../api/documents.js';
import { memoryReader, serve, type TestServer } from '../api/server.js';

const MIB = 1_048_576;
const text = (bytes: number) => '测'.repeat(Math.floor(bytes / 3));
const large = (id: string, bytes: number) => order(id, { lines: [orderLine({ name: text(bytes) })] });

describe('an answer that is too large', () => {
  let server: TestServer;
  const orders = [...Array.from({ length: 8 }, (_, i) => large(`o-${i}`, 0.3 * MIB)), large('o-huge', 2 * MIB)];
  beforeAll(async () => {
    const reader = memoryReader({ orders });
    const limits = { ANSWER_BYTES_MAX: MIB, ANSWERS_BYTES_IN_FLIGHT_MAX: 4 * MIB };
    server = await serve({ elasticsearch: reader, mongodb: reader, limits });
  });
  afterAll(() => server.close());
  const parametersOf = (body: { errors: readonly { parameter: string }[] }) => body.errors.map((one) => one.parameter);

  it('is refused, each time, with what makes it smaller, and the store is not blamed', async () => {
    for (let i = 0; i < 20; i += 1) {
      const { status, headers, body } = await server.get('/v1/orders');
      expect([status, body.code, headers.get('Retry-After')]).toEqual([422, 'answer-too-large', null]);
      expect(parametersOf(body)).toEqual(['size', 'fields', 'facets']);
      expect(body.detail).toContain('ANSWER_BYTES_MAX');
    }
    expect((await server.get('/v1/orders?size=2&sort=orderId')).status).toBe(400);
    expect((await server.get('/v1/orders?size=2&status=shipped')).status).toBe(200);
    expect((await server.get('/health/ready')).body.degraded ?? []).toEqual([]);
  });

  it('is answered when less is asked for', async () => {
    const ids = Array.from({ length: 3 }, (_, i) => `orderId=o-${i}`).join('&');
    const { status, body } = await server.get(`/v1/orders?${ids}`);
    expect([status, body.data.length]).toEqual([200, 3]);
    const few = await server.get('/v1/orders?fields=status,lines.productId');
    expect([few.status, few.body.data.length]).toEqual([200, 9]);
    expect(few.body.data[0]).toEqual({ orderId: expect.any(String), status: 'paid', lines: [{ productId: 'p-1' }] });
  });

  it('is refused as a single document, too, and answered in part', async () => {
    const { status, body } = await server.get('/v1/orders/o-huge');
    expect([status, body.code, parametersOf(body)]).toEqual([422, 'answer-too-large', ['fields']]);
    const part = await server.get('/v1/orders/o-huge?fields=total');
    expect([part.status, part.body.data]).toEqual([200, { orderId: 'o-huge', total: 100 }]);
    expect((await server.get('/v1/customers/c-1/orders')).status).toBe(404);
  });

  it('comes whole when it is just within the limit, with its length before it, and without a body for HEAD', async () => {
    const path = '/v1/orders?orderId=o-0,o-1,o-2';
    const response = await fetch(server.url + path);
    const body = await response.text();
    expect(Buffer.byteLength(body)).toBeGreaterThan(SMALL_ANSWER_BYTES);
    expect(response.headers.get('Content-Length')).toBe(String(Buffer.byteLength(body)));
    expect(JSON.parse(body).data.map((one: { lines: { name: string }[] }) => one.lines[0]?.name)).toEqual(
      Array.from({ length: 3 }, () => text(0.3 * MIB)),
    );
    const head = await fetch(server.url + path, { method: 'HEAD' });
    expect([head.status, head.headers.get('Content-Length'), await head.text()]).toEqual([
      200,
      String(Buffer.byteLength(body)),
      '',
    ]);
  });
});

describe('what may be stored', () => {
  it('may be answered, and two such answers of one caller leave room for one of another', () => {
    const { ANSWER_BYTES_MAX, ANSWERS_BYTES_IN_FLIGHT_MAX } = readSettings(apiSettings, {});
    const { ELASTICSEARCH_DOCUMENT_BYTES_MAX } = readSettings(projectorSettings, {});
    expect(ANSWER_BYTES_MAX).toBeGreaterThanOrEqual(ELASTICSEARCH_DOCUMENT_BYTES_MAX);
    const room = new AnswerRoom({
      answerBytesMax: ANSWER_BYTES_MAX,
      inFlightBytesMax: ANSWERS_BYTES_IN_FLIGHT_MAX,
      waitMs: 60_000,
    });
    expect(['a', 'a', 'a', 'b', 'b'].map((caller) => room.tryTake(caller))).toEqual([true, true, false, true, false]);
  });
});

describe('the room of large answers', () => {
  const settings = { answerBytesMax: 4 * MIB, inFlightBytesMax: 16 * MIB, waitMs: 60_000 };
  const { signal } = new AbortController();
  /** A store with so many bytes to say; tells how many it was asked for. */
  const store = (bytes: number) => {
    const asked: number[] = [];
    const ask = async (bytesMax: number) => {
      asked.push(bytesMax);
      if (bytes > bytesMax) throw new AnswerTooLarge(bytesMax);
      return bytes;
    };
    return { asked, ask };
  };

  it('is asked for at once while there is some, and then for little first; only what is large waits, and asks twice', async () => {
    const room = new AnswerRoom(settings);
    const shares = ['a', 'a', 'b', 'b'].map((caller) => room.open(caller, signal, []));
    for (const share of shares) {
      const { asked, ask } = store(3 * MIB);
      await share.read(ask);
      expect(asked).toEqual([4 * MIB]);
    }
    expect(room.bytes).toBe(16 * MIB);
    const small = store(1_000);
    expect(await room.open('c', signal, []).read(small.ask)).toBe(1_000);
    expect(small.asked).toEqual([SMALL_ANSWER_BYTES]);
    const waiting = store(3 * MIB);
    const inTime = room.open('c', signal, []).read(waiting.ask);
    await expect.poll(() => room.waiting, { interval: 1 }).toBe(1);
    shares[0]?.release();
    expect(await inTime).toBe(3 * MIB);
    expect(waiting.asked).toEqual([SMALL_ANSWER_BYTES, 4 * MIB]);
  });

  it('is never had by one caller alone, whose others are refused when their time is up', async () => {
    const room = new AnswerRoom({ ...settings, waitMs: 20 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => room.open('a', signal, []).read(store(3 * MIB).ask)),
    );
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
    expect(refused).toEqual(Array.from({ length: 8 }, () => 'overloaded'));
    expect(await room.open('b', signal, []).read(store(3 * MIB).ask)).toBe(3 * MIB);
  });

  it('is asked for once when it is known to be large, and made one at a time, in turn for each caller', async () => {
    const room = new AnswerRoom(settings);
    const events: string[] = [];
    const readBy = async (caller: string) => {
      const share = room.open(caller, signal, []);
      const { asked, ask } = store(3 * MIB);
      await share.read(
        async (bytesMax) => {
          events.push(`${caller} begins`);
          await new Promise(setImmediate);
          return ask(bytesMax);
        },
        async () => 3 * MIB,
      );
      expect(asked).toEqual([4 * MIB]);
      events.push(`${caller} ends`);
      share.settle();
      share.release();
    };
    await Promise.all(['a', 'a', 'a', 'b'].map(readBy));
    // The third of the one comes after the first of the other.
    expect(events).toEqual(['a', 'a', 'b', 'a'].flatMap((caller) => [`${caller} begins`, `${caller} ends`]));
    expect([room.bytes, room.waiting]).toEqual([0, 0]);
  });

  it('keeps nobody waiting for a turn longer than is stated, nor whoever is gone', async () => {
    const room = new AnswerRoom({ ...settings, waitMs: 20 });
    const large = async () => 3 * MIB;
    const first = room.open('a', signal, []);
    await first.read(store(3 * MIB).ask, large);
    await expect(room.open('b', signal, []).read(store(3 * MIB).ask, large)).rejects.toMatchObject({
      code: 'overloaded',
    });
    const gone = new AbortController();
    const leaving = room.open('c', gone.signal, []).read(store(3 * MIB).ask, large);
    gone.abort();
    await expect(leaving).rejects.toBeInstanceOf(CallerGone);
    // Small ones wait for nothing.
    const small = room.open('d', signal, []);
    expect(await small.read(store(1_000).ask, async () => 0)).toBe(1_000);
    first.release();
    // There is a rest first.
    const again = async () => {
      const share = room.open('b', signal, []);
      try {
        return await share.read(store(3 * MIB).ask, large);
      } catch (error) {
        return error;
      } finally {
        share.release();
      }
    };
    await expect.poll(again, { timeout: 10_000 }).toBe(3 * MIB);
  });

  it('is not held for an answer that is over when its turn comes', async () => {
    const room = new AnswerRoom(settings);
    const large = async () => 3 * MIB;
    const first = room.open('a', signal, []);
    await first.read(store(3 * MIB).ask, large);
    // Answered without what is still waited for: nobody is gone.
    const over = room.open('b', signal, []);
    const reading = over.read(store(3 * MIB).ask, large).catch((error: unknown) => error);
    await expect.poll(() => room.bytes, { interval: 1 }).toBe(8 * MIB);
    over.release();
    first.release();
    expect(await reading).toBeInstanceOf(CallerGone);
    expect(room.bytes).toBe(0);
    const late = room.open('b', signal, []);
    late.release();
    await expect(late.read(store(3 * MIB).ask, large)).rejects.toBeInstanceOf(CallerGone);
    expect(room.bytes).toBe(0);
    const next = room.open('c', signal, []);
    expect(await next.read(store(3 * MIB).ask, large)).toBe(3 * MIB);
  });

  it('is given back whatever happens, and never more than there is', async () => {
    const step = fc.record({
      caller: fc.constantFrom('a', 'b', 'c'),
      bytes: fc.constantFrom(1_000, MIB, 3 * MIB, 9 * MIB),
      leaves: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const room = new AnswerRoom({ ...settings, waitMs: 1 });
        await Promise.all(
          steps.map(async ({ caller, bytes, leaves }) => {
            const gone = new AbortController();
            const share = room.open(caller, gone.signal, []);
            const read = share.read(store(bytes).ask).catch(() => {});
            if (leaves) gone.abort();
            await read;
            expect(room.bytes).toBeLessThanOrEqual(settings.inFlightBytesMax);
            share.settle();
            share.release();
          }),
        );
        expect([room.bytes, room.waiting]).toEqual([0, 0]);
      }),
      { numRuns: 50 },
    );
  });

  it('is taken by what JSON makes larger than the store has said', async () => {
    const room = new AnswerRoom(settings);
    const share = room.open('a', signal, [{ parameter: 'size', message: 'smaller' }]);
    await share.jsonOf('x'.repeat(MIB));
    expect(room.bytes).toBe(4 * MIB);
    share.settle();
    expect(room.bytes).toBe(MIB + 2);
    await expect(share.jsonOf('\u0001'.repeat(MIB))).rejects.toMatchObject({ code: 'answer-too-large' });
    share.release();
    expect(room.bytes).toBe(0);
  });
});
