/**
 * Reads server-sent events, however their bytes are cut into pieces.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  /** The last id seen, which an event without one keeps. */
  readonly id: string;
}

/** What a stream has said beside its events. */
export interface StreamState {
  lastId: string;
  retryMs: number;
}

export async function* serverEvents(body: ReadableStream<Uint8Array>, state: StreamState): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const lines = new Lines();
  const blocks = new Blocks(state);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      // What no blank line has ended is incomplete, and is sent again.
      if (done) return;
      for (const line of lines.take(value)) {
        const event = blocks.take(line);
        if (event !== null) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Lines end with LF, CR, or both, and so may be over before the whole of their end has come. */
class Lines {
  /** Leaves out the byte order mark with which a stream may begin. */
  private readonly decoder = new TextDecoder();
  private rest = '';
  private endedWithCr = false;

  /** The lines that these bytes complete. */
  take(bytes: Uint8Array): readonly string[] {
    const text = this.decoder.decode(bytes, { stream: true });
    // All of them may belong to one character that is not complete yet.
    if (text === '') return [];
    const [first = '', ...others] = (this.endedWithCr && text.startsWith('\n') ? text.slice(1) : text).split(
      /\r\n|\n|\r/,
    );
    this.endedWithCr = text.endsWith('\r');
    const lines = [this.rest + first, ...others];
    this.rest = lines.pop() ?? '';
    return lines;
  }
}

/** Blocks of fields, each ended by a blank line. */
class Blocks {
  private event = '';
  private data: string[] = [];
  private id: string;

  constructor(private readonly state: StreamState) {
    this.id = state.lastId;
  }

  /** The event that this line completes, if it does. */
  take(line: string): ServerEvent | null {
    if (line !== '') {
      this.takeField(line);
      return null;
    }
    const { event, data, id } = this;
    this.event = '';
    this.data = [];
    // An id counts once its block is complete: a broken one is sent again.
    this.state.lastId = id;
    return data.length === 0 ? null : { event: event === '' ? 'message' : event, data: data.join('\n'), id };
  }

  /** A line that begins with a colon is a comment: a field without a name, which means nothing. */
  private takeField(line: string): void {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.event = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.state.retryMs = Number(value);
  }
}
