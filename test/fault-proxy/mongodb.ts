/** Stands in front of MongoDB and breaks commands as it is told to. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Document } from 'mongodb';
import { answerTo, commandOf, MessageReader, repliesTo, withFields } from './mongodb-messages.js';

export type MongoFault =
  /** Answers with this document without forwarding. */
  | { readonly kind: 'answer'; readonly reply: Document }
  /** Forwards, and adds fields to the answer. */
  | { readonly kind: 'amend'; readonly fields: Document }
  /** Closes the connection without forwarding. */
  | { readonly kind: 'refuse' }
  /** Forwards, and never answers. */
  | { readonly kind: 'hang' }
  /** Forwards, waits until it is carried out, and closes the connection without an answer. */
  | { readonly kind: 'lose' };

export interface MongoProxy {
  readonly url: string;
  /** The next `times` commands of this name (`update`, `find`, …) meet the fault, after those asked for before. */
  inject(command: string, fault: MongoFault, times?: number): void;
  /** Faults that commands have met. */
  readonly struck: readonly MongoFault[];
  /** Nothing passes until `resume`: the server is there and says nothing, as when its machine sleeps. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

interface Struck {
  readonly requestId: number;
  readonly fault: MongoFault;
}

export async function mongoProxy(target: string): Promise<MongoProxy> {
  const { hostname, port } = new URL(target);
  const faults: { readonly command: string; readonly fault: MongoFault }[] = [];
  const struck: MongoFault[] = [];
  const sockets = new Set<Socket>();
  let isPaused = false;
  const takeFault = (message: Buffer): MongoFault | undefined => {
    const name = commandOf(message);
    const place = faults.findIndex(({ command }) => command === name);
    const [taken] = place === -1 ? [] : faults.splice(place, 1);
    if (taken !== undefined) struck.push(taken.fault);
    return taken?.fault;
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      if (isPaused) socket.pause();
    }
    relay(client, upstream, takeFault, (closed) => sockets.delete(closed));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/?directConnection=true`,
    inject: (command, fault, times = 1) => faults.push(...Array.from({ length: times }, () => ({ command, fault }))),
    struck,
    pause() {
      isPaused = true;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      isPaused = false;
      for (const socket of sockets) socket.resume();
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function relay(
  client: Socket,
  upstream: Socket,
  takeFault: (message: Buffer) => MongoFault | undefined,
  closed: (socket: Socket) => void,
): void {
  const end = () => {
    for (const socket of [client, upstream]) {
      socket.destroy();
      closed(socket);
    }
  };
  for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  const open: Struck[] = [];
  const requests = new MessageReader();
  const replies = new MessageReader();
  client.on('data', (chunk: Buffer) => {
    for (const message of requests.read(chunk)) {
      const fault = takeFault(message);
      if (fault?.kind === 'refuse') return end();
      if (fault?.kind === 'answer') client.write(answerTo(message, fault.reply));
      else {
        if (fault !== undefined) open.push({ requestId: message.readInt32LE(4), fault });
        upstream.write(message);
      }
    }
  });
  upstream.on('data', (chunk: Buffer) => {
    for (const message of replies.read(chunk)) {
      const fault = open.find(({ requestId }) => repliesTo(message) === requestId)?.fault;
      if (fault?.kind === 'lose') return end();
      if (fault?.kind === 'amend') client.write(withFields(message, fault.fields));
      else if (fault === undefined) client.write(message);
    }
  });
}
