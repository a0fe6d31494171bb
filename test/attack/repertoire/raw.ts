/** HTTP as it is written, because a client would not send what hostile callers do. It reads as little as it can. */
import net from 'node:net';
import { type Ending, type Front, PATIENCE_MS } from './attack.js';

/** Problems begin within so much. */
const LOOKED_AT_BYTES = 4_096;

/** The text of a GET request after which the connection is closed. */
export function getRequest({ host, port, credential }: Front, target: string, headers: readonly string[] = []): string {
  const credentials = credential === '' ? [] : [credential];
  const lines = [`GET ${target} HTTP/1.1`, `Host: ${host}:${port}`, ...credentials, ...headers, 'Connection: close'];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Sends the text on a connection of its own and reads until that ends. */
export function exchange(front: Front, text: string): Promise<Ending> {
  return conversation(front, (socket) => socket.end(text, 'latin1'));
}

/** The answer to a plain request. */
export function ask(front: Front, target: string, headers: readonly string[] = []): Promise<Ending> {
  return conversation(front, (socket) => socket.write(getRequest(front, target, headers), 'latin1'));
}

/** `speak` is called once the connection is there; `patienceMs` after that it is broken off. */
export function conversation(
  { host, port, from }: Front,
  speak: (socket: net.Socket) => void,
  patienceMs = PATIENCE_MS,
): Promise<Ending> {
  return new Promise((resolve) => {
    let heard = '';
    let failure: string | null = null;
    const socket = net.connect({ host, port, localAddress: from });
    const timer = setTimeout(() => {
      failure ??= 'broken off';
      socket.destroy();
    }, patienceMs);
    socket.on('connect', () => speak(socket));
    socket.on('data', (chunk) => {
      if (heard.length < LOOKED_AT_BYTES) heard += chunk.toString('latin1', 0, LOOKED_AT_BYTES);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      failure ??= error.code ?? error.message;
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(endingOf(heard) ?? failure ?? 'closed without an answer');
    });
  });
}

/** `null` when what was heard is no answer. */
export function endingOf(heard: string): Ending | null {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1];
  if (status === undefined) return null;
  const code = Number(status) < 400 ? undefined : /"code":"([\w-]+)"/.exec(heard)?.[1];
  return code === undefined ? status : `${status} ${code}`;
}
