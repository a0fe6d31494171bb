/**
 * Ends an HTTP server without cutting anybody off. From `begin` on every answer ends its connection, so that its client
 * asks elsewhere next; `close` ends those connections on which nothing is asked, and waits for the rest.
 */
import type { Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { whenOver } from './http/over.js';

export class HttpDrain {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #unanswered = new Set<ServerResponse>();
  #hasBegun = false;

  /** To be called before the server listens. */
  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.prependListener('request', (_request, response) => {
      this.#unanswered.add(response);
      whenOver(response, () => this.#unanswered.delete(response));
      if (this.#hasBegun) endsConnection(response);
    });
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** New connections and requests are still answered. */
  begin(): void {
    this.#hasBegun = true;
    for (const response of this.#unanswered) endsConnection(response);
  }

  /** Nothing new is accepted; resolves when all is answered, or was cut off after so long. */
  async close(timeoutMs: number): Promise<void> {
    this.begin();
    // What had promised to keep its connection before the end began.
    for (const response of this.#unanswered) whenOver(response, () => setImmediate(() => this.#closeIdle()));
    // That of HTTP servers closes what it takes for idle at once.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(this.#server, () => resolve()));
    this.#closeIdle();
    const cut = setTimeout(() => this.#server.closeAllConnections(), timeoutMs);
    await closed;
    clearTimeout(cut);
    // Ends its looks at what is late.
    this.#server.close();
  }

  #closeIdle(): void {
    // To Node a connection is idle whose answer is made, though its client has not read it yet.
    const isSending = [...this.#unanswered].some(({ writableEnded }) => writableEnded);
    if (!isSending) this.#server.closeIdleConnections();
    // Nothing was ever asked on these, which to the server look like clients that are slow to ask.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
  }
}

function endsConnection(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
