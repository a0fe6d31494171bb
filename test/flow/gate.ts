/** A server's address at which nobody listens until it is opened. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { freePorts } from '../../stack/ports.js';

export class Gate {
  private readonly sockets = new Set<Socket>();
  private server: Server | null = null;

  private constructor(
    private readonly port: number,
    private readonly target: { readonly host: string; readonly port: number },
  ) {}

  /** In front of `host:port`. */
  static async before(address: string): Promise<Gate> {
    const [host = '', port = ''] = address.split(':');
    const [own = 0] = await freePorts(1);
    return new Gate(own, { host, port: Number(port) });
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async open(): Promise<void> {
    const server = createServer((client) => {
      const upstream = connect(this.target.port, this.target.host);
      for (const socket of [client, upstream]) {
        this.sockets.add(socket);
        socket.on('error', () => {}).on('close', () => this.sockets.delete(socket));
      }
      client.pipe(upstream).pipe(client);
    });
    this.server = server;
    await new Promise<AddressInfo | string | null>((resolve) =>
      server.listen(this.port, '127.0.0.1', () => resolve(server.address())),
    );
  }

  close(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
