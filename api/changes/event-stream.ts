/**
 * Server-sent events on one connection. https://html.spec.whatwg.org/multipage/server-sent-events.html
 * What the client does not take is held for it up to a limit; a client that is slower is cut off and goes on where it
 * was, when it has the time. What is larger than the limit by itself goes to a client that has taken all before it: it
 * would never get through otherwise.
 */
import type { Places } from '../ports/changes.js';
import type { ChangeEvent, Outlet } from './subscription.js';

/** What is needed of a response. */
export interface Wire {
  write(bytes: Uint8Array): boolean;
  end(): void;
  /** Cuts the connection. */
  destroy(): void;
  /** Bytes that wait to be taken. */
  readonly writableLength: number;
  /** Whether `drain` is going to be told. */
  readonly writableNeedDrain: boolean;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

export interface EventStreamSettings {
  /** What may wait for the client, in bytes; beside it one piece that is larger than that, until it is taken. */
  readonly bufferBytesMax: number;
  /** How long a client is to wait before it connects again. */
  readonly retryMs: number;
}

export class EventStream implements Outlet {
  readonly #wire: Wire;
  readonly #idOf: (place: Places) => string;
  readonly #settings: EventStreamSettings;
  #isOpen = true;
  #id = '';
  /** What was waiting at the last beat. */
  #waitingBytes = 0;
  /** What may wait now. */
  #waitingBytesMax: number;

  /** `idOf`: of the events with which a client has come to a place. */
  constructor(wire: Wire, idOf: (place: Places) => string, settings: EventStreamSettings) {
    this.#wire = wire;
    this.#idOf = idOf;
    this.#settings = settings;
    this.#waitingBytesMax = settings.bufferBytesMax;
    wire.once('close', () => {
      this.#isOpen = false;
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What a client can go on from that has seen nothing yet. */
  begin(place: Places): void {
    const { retryMs } = this.#settings;
    this.#write(`retry: ${retryMs}\n\nevent: ready\n${this.#idLine(place)}data: {}\n\n`);
  }

  /**
   * The place comes with the last of the events: who has lost one of them has not come so far. Without events it waits
   * for the next sign of life: how often it moves by what others do is nobody's business.
   */
  send(events: readonly ChangeEvent[], place: Places): void {
    if (events.length === 0) return;
    const last = events.length - 1;
    const blocks = events.map(
      ({ event, data }, i) => `event: ${event}\n${i === last ? this.#idLine(place) : ''}data: ${data}\n\n`,
    );
    this.#write(blocks.join(''));
  }

  /** A sign of life, and how far the client has come by all that it does not want to hear of. */
  beat(place: Places): void {
    if (this.#waitingBytes > 0 && this.#wire.writableLength >= this.#waitingBytes) this.#cut();
    this.#write(':\n\n');
    this.#writeId(place);
    this.#waitingBytes = this.#wire.writableLength;
  }

  drained(): Promise<void> {
    const wire = this.#wire;
    if (!this.#isOpen || !wire.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        wire.off('drain', done);
        wire.off('close', done);
        resolve();
      };
      wire.once('drain', done);
      wire.once('close', done);
    });
  }

  reset(): void {
    // Without an id a client that connects by itself begins with what comes.
    this.#write('event: reset\nid:\ndata: {}\n\n');
    this.end();
  }

  /** In order: with how far the client has come, so that it goes on there. */
  finish(place: Places): void {
    this.#writeId(place);
    this.end();
  }

  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#wire.end();
  }

  #writeId(place: Places): void {
    const line = this.#idLine(place);
    if (line !== '') this.#write(`${line}\n`);
  }

  /** Empty when the client knows it. */
  #idLine(place: Places): string {
    const id = this.#idOf(place);
    if (id === this.#id) return '';
    this.#id = id;
    return `id: ${id}\n`;
  }

  #write(text: string): void {
    if (!this.#isOpen) return;
    const { bufferBytesMax } = this.#settings;
    const wire = this.#wire;
    // Bytes, which are counted as they are, and lie outside of the heap.
    const bytes = Buffer.from(text);
    const waitingBytes = wire.writableLength + bytes.length;
    if (!wire.writableNeedDrain) {
      this.#waitingBytesMax = bufferBytesMax + (waitingBytes > bufferBytesMax ? bytes.length : 0);
    }
    if (waitingBytes > this.#waitingBytesMax) this.#cut();
    else wire.write(bytes);
  }

  #cut(): void {
    this.#isOpen = false;
    this.#wire.destroy();
  }
}
