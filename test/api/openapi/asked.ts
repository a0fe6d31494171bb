/** Sends a generated request exactly as it is: `fetch` would tidy up its path. */
import { Agent, request as httpRequest } from 'node:http';
import type { Answer } from './conformance.js';
import type { GeneratedRequest } from './requests.js';

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

export function targetOf({ path, query, rawQuery }: GeneratedRequest): string {
  const pairs = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  const queryString = [...pairs, ...(rawQuery === '' ? [] : [rawQuery])].join('&');
  return queryString === '' ? path : `${path}?${queryString}`;
}

export async function ask(url: string, generated: GeneratedRequest): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const { method, headers } = generated;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ agent, hostname, port, method, path: targetOf(generated), headers }, (response) => {
      const chunks: Buffer[] = [];
      const end = () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
          ),
          text: Buffer.concat(chunks).toString('utf8'),
        });
      const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (!isStream) return;
        // Of what has no end, the beginning.
        end();
        request.destroy();
      });
      response.on('error', reject);
      response.on('end', end);
    });
    request.on('error', reject);
    request.end();
  });
}
