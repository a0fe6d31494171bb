/** The HTTP server as a service: it listens, and it drains when asked to stop. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../runtime/log.js';
import type { Service } from '../runtime/service.js';
import { answerUnparsed } from './http/unparsed.js';

export interface ServerSettings {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly requestTimeoutMs: number;
}

/** Cursors hold the texts that a list is sorted by. */
const HEADERS_MAX_BYTES = 128 * 1024;
const KEEP_ALIVE_TIMEOUT_MS = 10_000;
/** What still runs after this is cut off. */
const DRAIN_MS = 10_000;

export class HttpService implements Service {
  readonly #server: Server;
  readonly #settings: ServerSettings;
  readonly #log: Log;
  readonly #release: () => Promise<void>;
  readonly #endStreams: () => void;
  readonly #ended: Promise<void>;
  #end: () => void = () => {};
  #stopping: Promise<void> | null = null;

  /** `release` is called once, after the last answer; `endStreams` at once, for answers that end by themselves never. */
  constructor(
    listener: RequestListener,
    settings: ServerSettings,
    log: Log,
    release: () => Promise<void>,
    endStreams: () => void = () => {},
  ) {
    this.#endStreams = endStreams;
    this.#settings = settings;
    this.#log = log;
    this.#release = release;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#server = createServer(
      {
        maxHeaderSize: HEADERS_MAX_BYTES,
        requestTimeout: settings.requestTimeoutMs,
        keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      },
      (request, response) => {
        if (this.#stopping !== null) response.setHeader('Connection', 'close');
        // What was under way when the stop began has promised to keep its connection.
        response.once('close', () => {
          if (this.#stopping !== null) setImmediate(() => this.#server.closeIdleConnections());
        });
        listener(request, response);
      },
    ).on('clientError', answerUnparsed);
  }

  /** Resolves with the port once it listens. @throws when the address cannot be used, with what to do. */
  async listen(): Promise<number> {
    const { host, port } = this.#settings;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject).listen(port, host, resolve);
      });
    } catch (error) {
      await this.#release();
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

  stop(): Promise<void> {
    this.#stopping ??= this.#drain();
    return this.#stopping;
  }

  async #drain(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#endStreams();
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
    await closed;
    clearTimeout(cut);
    await this.#release();
    this.#end();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
