/** Headers that somebody has to read. */
import type { Attack, Front } from './attack.js';
import { ask } from './raw.js';

export const HEADERS: readonly Attack[] = [
  withHeaders('eyJ 40,000 times as a token', [`Authorization: Bearer ${'eyJ'.repeat(40_000)}`]),
  withHeaders('Wait-For with # 120,000 times', [`Wait-For: orders/${'#'.repeat(120_000)} x`]),
  withHeaders('a header of 120,000 characters', [`If-None-Match: ${'"'.repeat(120_000)}`]),
  withHeaders('a header of 300,000 characters', [`X-Request-Id: ${'a'.repeat(300_000)}`]),
  withHeaders(
    '1,500 headers',
    Array.from({ length: 1_500 }, (_, i) => `X-Header-${i}: ${i}`),
  ),
];

function withHeaders(name: string, headers: readonly string[]): Attack {
  const carryOut = async (front: Front) => {
    // A token beside a key would be refused for being two.
    const asWho = headers.some((header) => header.startsWith('Authorization')) ? { ...front, credential: '' } : front;
    return [await ask(asWho, '/v1/orders?size=1', headers)];
  };
  return { name, requests: 1, times: 3, carryOut };
}
