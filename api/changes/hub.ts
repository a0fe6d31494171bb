import { withinTime } from '../../runtime/deadline.js';
import type { Log } from '../../runtime/log.js';
import { LogUnavailable } from '../ports/errors.js';
import type { GenerationSource, Served } from '../ports/generations.js';
import type { EventStream, EventStreamSettings } from './event-stream.js';
import type { Feed } from './feed.js';
import { type Edition, editionOf } from './place.js';
import type { Seats } from './seats.js';
import type { Subscription } from './subscription.js';

export interface HubPorts {
  readonly generations: GenerationSource;
  /** Not started. */
  readonly feedOf: (edition: Edition, served: Served) => Feed;
  readonly logger: Log;
}

export interface HubSettings {
  readonly heartbeatMs: number;
  /** How long a feed may need until it knows the end of the log. */
  readonly startMs: number;
  /** After so long without subscribers the log is no longer followed. */
  readonly idleMs: number;
  /** After so long a stream ends, and its client asks again, with what may be other rights. */
  readonly streamMsMax: number;
}

interface OpenStream {
  readonly feed: Feed;
  readonly subscription: Subscription;
  readonly stream: EventStream;
}

const LOOK_MS = 1_000;

export class ChangesHub {
  readonly #ports: HubPorts;
  readonly #settings: HubSettings;
  readonly #streams = new Set<OpenStream>();
  #feed: { readonly feed: Feed; readonly started: Promise<void> } | null = null;
  #timers: NodeJS.Timeout[] = [];
  #idleSince = 0;
  #isStopped = false;

  constructor(ports: HubPorts, settings: HubSettings) {
    this.#ports = ports;
    this.#settings = settings;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** @throws LogUnavailable */
  async feedOf(served: Served): Promise<Feed> {
    const edition = editionOf(served);
    if (this.#feed?.feed.edition !== edition) {
      this.#giveUp();
      const feed = this.#ports.feedOf(edition, served);
      this.#feed = { feed, started: feed.start() };
      this.#timers = [
        setInterval(() => void this.#look(), LOOK_MS),
        setInterval(() => this.#beat(), this.#settings.heartbeatMs),
      ];
    }
    this.#idleSince = performance.now();
    const { feed, started } = this.#feed;
    try {
      await withinTime(started, this.#settings.startMs);
    } catch (error) {
      if (this.#feed?.feed === feed) this.#giveUp();
      throw error instanceof LogUnavailable
        ? error
        : new LogUnavailable('The log of changes cannot be read.', { cause: error });
    }
    return feed;
  }

  /** From now on it gets heartbeats, and ends in its time: not later than the credentials by which it was opened. */
  add(feed: Feed, subscription: Subscription, stream: EventStream): () => void {
    const open = { feed, subscription, stream };
    const { expiresAt } = subscription.choice.principal;
    const validMs = expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt - Date.now();
    const ending = setTimeout(
      () => stream.finish(subscription.place),
      Math.max(0, Math.min(this.#settings.streamMsMax, validMs)),
    );
    this.#streams.add(open);
    // Whoever came while everything was being stopped.
    if (this.#isStopped) stream.finish(subscription.place);
    return () => {
      clearTimeout(ending);
      this.#streams.delete(open);
      feed.leave(subscription);
      this.#idleSince = performance.now();
    };
  }

  /** Every stream ends at once, with its last id; its client goes on elsewhere. May be called again, for later ones. */
  stop(): void {
    this.#isStopped = true;
    for (const { stream, subscription } of this.#streams) stream.finish(subscription.place);
    this.#giveUp();
  }

  #giveUp(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#feed?.feed.reset();
    this.#feed?.feed.stop();
    this.#feed = null;
  }

  #beat(): void {
    for (const { stream, subscription } of this.#streams) stream.beat(subscription.place);
  }

  async #look(): Promise<void> {
    const { feed } = this.#feed ?? {};
    if (feed === undefined) return;
    if (this.#streams.size === 0 && performance.now() - this.#idleSince > this.#settings.idleMs) return this.#giveUp();
    try {
      const edition = editionOf(await this.#ports.generations.live());
      if (this.#feed?.feed === feed && feed.edition !== edition) this.#giveUp();
    } catch (error) {
      // What was served last goes on.
      this.#ports.logger.debug({ err: error }, 'which documents are served cannot be read');
    }
  }
}

/** What the change feed needs beside. */
export interface ChangesContext {
  readonly hub: ChangesHub;
  readonly seats: Seats;
  readonly streamSettings: EventStreamSettings;
}
