/** Asks an application without a connection: nothing is measured but what it does itself, and nothing limits the length. */
import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';

export interface Asked {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Resolves with the length of the answer, in bytes with its head. */
export function ask(app: RequestListener, { method = 'GET', url, headers = {} }: Asked): Promise<number> {
  const request = new IncomingMessage(new Socket());
  request.method = method;
  request.url = url;
  request.rawHeaders = Object.entries({ host: 'localhost', ...headers }).flat();
  request.headers = Object.fromEntries(
    Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => [name.toLowerCase(), value]),
  );
  request.push(null);
  const response = new ServerResponse(request);
  let bytes = 0;
  const sink = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
  response.assignSocket(sink as Socket);
  return new Promise((resolve) => {
    response.once('finish', () => {
      response.emit('close');
      resolve(bytes);
    });
    app(request, response);
  });
}
