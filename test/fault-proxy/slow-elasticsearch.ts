/** Stands in front of Elasticsearch and makes it slow, silent or gone, for whoever reads from it. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type Mood =
  /** Answers, each request only after a while. */
  | { readonly kind: 'answers'; readonly afterMs: number }
  /** Takes requests and says nothing. */
  | { readonly kind: 'silent' }
  /** Closes each connection. */
  | { readonly kind: 'gone' };

export interface SlowElasticsearch {
  readonly url: string;
  mood: Mood;
  /** Requests that came. */
  readonly asked: () => number;
  /** Requests without an answer yet, whose senders still wait. */
  readonly waiting: () => number;
  /** Requests that their senders closed before they were answered. */
  readonly abandoned: () => number;
  stop(): Promise<void>;
}

export async function slowElasticsearch(target: string): Promise<SlowElasticsearch> {
  const { hostname, port } = new URL(target);
  const agent = new http.Agent({ keepAlive: true });
  let [asked, abandoned] = [0, 0];
  const waiting = new Set<http.ServerResponse>();
  const server = http.createServer((incoming, outgoing) => {
    asked += 1;
    const { mood } = proxy;
    if (mood.kind === 'gone') return void outgoing.destroy();
    waiting.add(outgoing);
    outgoing.once('close', () => {
      waiting.delete(outgoing);
      if (!outgoing.writableFinished) abandoned += 1;
    });
    if (mood.kind === 'silent') return;
    setTimeout(() => {
      const { method, url, headers } = incoming;
      const onward = http.request({ hostname, port, method, path: url, headers, agent }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      outgoing.once('close', () => onward.destroy());
      incoming.pipe(onward);
    }, mood.afterMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: SlowElasticsearch = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood: { kind: 'answers', afterMs: 0 },
    asked: () => asked,
    waiting: () => waiting.size,
    abandoned: () => abandoned,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
  return proxy;
}
