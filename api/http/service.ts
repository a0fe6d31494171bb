/** The HTTP server as a service: it listens, and it drains when asked to stop. */
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { type BoundsObserver, boundedServer, type HttpBounds } from '../../runtime/http/bounded-server.js';
import { HttpDrain } from '../../runtime/http-drain.js';
import type { Log } from '../../runtime/log.js';
import type { Service } from '../../runtime/service.js';
import { answerUnparsed } from './unparsed.js';

export interface ServerSettings extends HttpBounds {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** For so long after a stop began new requests are still answered: whoever sends them learns of it by the answer. */
  readonly drainGraceMs: number;
  /** What is not answered so long after a stop began is cut off. */
  readonly drainTimeoutMs: number;
}

/** What shares the connections out among callers. */
export interface ConnectionGate extends BoundsObserver {
  shareOut(server: Server): void;
}

const OPEN_GATE: ConnectionGate = { shareOut: () => {}, dropped: () => {}, cutOff: () => {} };

/** Cursors hold the texts that a list is sorted by. */
const HEADERS_MAX_BYTES = 128 * 1024;
const KEEP_ALIVE_TIMEOUT_MS = 10_000;

export class HttpService implements Service {
  readonly #server: Server;
  readonly #drain: HttpDrain;
  readonly #settings: ServerSettings;
  readonly #log: Log;
  readonly #release: () => Promise<void>;
  readonly #beginStop: () => void;
  readonly #ended: Promise<void>;
  #ran: () => void = () => {};
  #stopping: Promise<void> | null = null;

  /**
   * `release` is called once, after the last answer; `beginStop` as soon as a stop is asked for, to end the answers that
   * never end by themselves, and again when no more can come.
   */
  constructor(
    listener: RequestListener,
    settings: ServerSettings,
    log: Log,
    release: () => Promise<void>,
    beginStop: () => void = () => {},
    gate: ConnectionGate = OPEN_GATE,
  ) {
    this.#beginStop = beginStop;
    this.#settings = settings;
    this.#log = log;
    this.#release = release;
    this.#ended = new Promise((resolve) => {
      this.#ran = resolve;
    });
    const options = { maxHeaderSize: HEADERS_MAX_BYTES, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS };
    this.#server = boundedServer(listener, settings, options, gate).on('clientError', answerUnparsed);
    gate.shareOut(this.#server);
    this.#drain = new HttpDrain(this.#server);
  }

  /** Resolves with the port once it listens. @throws when the address cannot be used, with what to do. */
  async listen(): Promise<number> {
    const { host, port } = this.#settings;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject).listen(port, host, resolve);
      });
    } catch (error) {
      await this.stop(0);
      throw new Error(`The API cannot listen on ${host}:${port} (${codeOf(error)}). Set API_HOST and API_PORT.`, {
        cause: error,
      });
    }
    const { port: actual } = this.#server.address() as AddressInfo;
    this.#log.info({ host, port: actual }, 'listening');
    return actual;
  }

  async run(): Promise<void> {
    await this.listen();
    await this.#ended;
  }

  /** Without a grace where nobody is to learn of it by an answer. The first stop counts. */
  stop(drainGraceMs = this.#settings.drainGraceMs): Promise<void> {
    this.#stopping ??= this.#end(drainGraceMs);
    return this.#stopping;
  }

  async #end(drainGraceMs: number): Promise<void> {
    const { drainTimeoutMs } = this.#settings;
    this.#drain.begin();
    this.#beginStop();
    const graceMs = Math.min(drainGraceMs, drainTimeoutMs);
    if (graceMs > 0) await setTimeout(graceMs);
    const closed = this.#drain.close(drainTimeoutMs - graceMs);
    this.#beginStop();
    await closed;
    await this.#release();
    this.#ran();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
