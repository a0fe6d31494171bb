/** A client of server-sent events that keeps what it receives. */
import { until } from '../../until.js';

export interface ReceivedEvent {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests look at
  readonly data: any;
}

export class EventClient {
  readonly events: ReceivedEvent[] = [];
  beats = 0;
  lastEventId = '';
  /** Resolves when the stream is over, however. */
  readonly ended: Promise<void>;
  readonly #controller = new AbortController();

  private constructor(response: Response, controller: AbortController) {
    this.#controller = controller;
    this.ended = this.#read(response).catch(() => {});
  }

  /** Resolves when the stream has begun. @throws Error with the status when it does not */
  static async open(
    url: string,
    lastEventId?: string,
    others: Readonly<Record<string, string>> = {},
  ): Promise<EventClient> {
    const controller = new AbortController();
    const headers = { ...others, ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }) };
    const response = await fetch(url, { headers, signal: controller.signal });
    if (response.status !== 200)
      throw new Error(`${url} was answered with ${response.status}: ${await response.text()}`);
    const client = new EventClient(response, controller);
    await until('the stream to be ready', async () => client.events[0]?.event === 'ready');
    client.events.shift();
    return client;
  }

  /** Resolves when so many events have come, and gives them. */
  async received(count: number, timeoutMs?: number): Promise<readonly ReceivedEvent[]> {
    await until(`${count} events; there are ${this.events.length}`, async () => this.events.length >= count, timeoutMs);
    return this.events;
  }

  async close(): Promise<void> {
    this.#controller.abort();
    await this.ended;
  }

  async #read(response: Response): Promise<void> {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      const blocks = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    let event = 'message';
    let data = '';
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) this.beats += 1;
      else if (line.startsWith('id:')) this.lastEventId = line.slice(3).trim();
      else if (line.startsWith('event: ')) event = line.slice(7);
      else if (line.startsWith('data: ')) data += line.slice(6);
    }
    if (data !== '') this.events.push({ event, data: JSON.parse(data) });
  }
}
