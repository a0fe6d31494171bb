/** The client's reading of server-sent events, against the format's own words. */
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ServerEvent, type StreamState, serverEvents } from '../../../api/client/event-stream.js';
import { pause } from '../../../api/client/transport.js';

const BYTE_ORDER_MARK = '\ufeff';

interface Heard {
  readonly events: readonly ServerEvent[];
  readonly state: StreamState;
}

async function hear(pieces: readonly Uint8Array[]): Promise<Heard> {
  const state = { lastId: 'before', retryMs: 1_000 };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  for await (const event of serverEvents(body, state)) events.push(event);
  return { events, state };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Cut at these places; places that are named twice give empty pieces. */
function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
}

/** The rules of the format, word for word, over the lines of a whole stream. */
function interpret(lines: readonly string[]): Heard {
  const state = { lastId: 'before', retryMs: 1_000 };
  const events: ServerEvent[] = [];
  let data = '';
  let type = '';
  let id = state.lastId;
  for (const line of lines) {
    if (line === '') {
      state.lastId = id;
      if (data !== '') events.push({ event: type || 'message', data: data.replace(/\n$/, ''), id });
      data = '';
      type = '';
      continue;
    }
    const [, field, value = ''] = /^([^:]*)(?::[ ]?(.*))?$/su.exec(line) ?? [];
    if (field === 'event') type = value;
    if (field === 'data') data += `${value}\n`;
    if (field === 'id' && !value.includes('\0')) id = value;
    if (field === 'retry' && /^[0-9]+$/.test(value)) state.retryMs = Number(value);
  }
  return { events, state };
}

const value = fc.oneof(
  fc.constantFrom('', ' ', ' two', ': more', 'a\0b', '苹果 📱', '\u2028', BYTE_ORDER_MARK, '250', '2x'),
  fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n]/g, '')),
);
const field = fc.constantFrom('event', 'data', 'id', 'retry', '', 'Data', 'other');
const line = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(field, fc.constantFrom(':', ': '), value).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: field },
  { weight: 3, arbitrary: fc.constant('') },
);
const ended = fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n'));

describe('server-sent events', () => {
  it('are read alike with any of the line ends, however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(ended, { maxLength: 30 }),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 20 }),
        async (lines, isMarked, places) => {
          // A CR that an empty line's LF follows would be one end of a line instead of two.
          const text = lines
            .map(([line, end], i) => `${line}${end === '\r' && isLf(lines[i + 1]) ? '\r\n' : end}`)
            .join('');
          const bytes = bytesOf(`${isMarked ? BYTE_ORDER_MARK : ''}${text}`);
          // A mark that is not meant as one would be taken for it.
          fc.pre(isMarked || !text.startsWith(BYTE_ORDER_MARK));
          const expected = interpret(lines.map(([line]) => line));
          expect(await hear(cutAt(bytes, places))).toEqual(expected);
          expect(await hear([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keep their name when the CR and the LF of a line come one after the other', async () => {
    const pieces = ['event: change\r', '\ndata: 1\r', '\n\r', '\n'].map(bytesOf);
    expect((await hear(pieces)).events).toEqual([{ event: 'change', data: '1', id: 'before' }]);
  });

  it('are told when a CR alone has ended their block, without what follows', async () => {
    let send: (text: string) => void = () => {};
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        send = (text) => controller.enqueue(bytesOf(text));
      },
    });
    const events = serverEvents(body, { lastId: '', retryMs: 0 });
    send('data: 1\r\r');
    expect((await events.next()).value).toMatchObject({ data: '1' });
    await events.return(undefined);
  });

  it('lose what no blank line has ended, its id with it', async () => {
    const { events, state } = await hear([bytesOf('id: 1\ndata: a\n\nid: 2\ndata: b\n')]);
    expect(events).toEqual([{ event: 'message', data: 'a', id: '1' }]);
    expect(state.lastId).toBe('1');
  });

  it('are waited for no shorter when they name a time that no timer can wait', async () => {
    const state: StreamState = { lastId: '', retryMs: 0 };
    const body = new Response(`retry: ${'9'.repeat(400)}\n`).body as ReadableStream<Uint8Array>;
    for await (const event of serverEvents(body, state)) throw new Error(`There is no event, but ${event.data}.`);
    const controller = new AbortController();
    const paused = pause(state.retryMs, controller.signal).then(() => 'over');
    const later = setTimeout(50, 'under way');
    expect(await Promise.race([paused, later])).toBe('under way');
    controller.abort();
    await expect(paused).rejects.toThrow();
  });
});

function isLf(next: readonly [line: string, end: string] | undefined): boolean {
  return next !== undefined && next[0] === '' && next[1] === '\n';
}
