/** Every parameter, header and path of the API, with inputs that grow: what they cost grows no faster. */
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../api/openapi/openapi.js';
import { StoreUnavailable } from '../../api/ports/errors.js';
import { customer, order, product } from '../api/documents.js';
import { described, operationsOf } from '../api/openapi/described.js';
import { compose, memoryReader } from '../api/server.js';
import { growsMoreThanLinearly, superlinear } from './growth.js';
import { type Asked, ask } from './in-process.js';

const reader = memoryReader({ orders: [order('o-1')], customers: [customer('c-1')], products: [product('p-1')] });
const { app } = compose({ elasticsearch: reader, mongodb: reader });
const away = async () => {
  throw new StoreUnavailable('elasticsearch');
};
const down = { search: away, get: away, suggest: away } as unknown as typeof reader;
/** Tells in its log of every request. */
const failing = compose({
  elasticsearch: down,
  mongodb: down,
  log: pino({ level: 'trace' }, { write: () => {} }),
});

/** Read by libraries or before any route, and so by no description. */
const FURTHER_HEADERS = [
  ...['Host', 'If-None-Match', 'If-Modified-Since', 'Cache-Control', 'X-Request-Id', 'Authorization', 'X-Api-Key'],
  ...['Origin', 'Access-Control-Request-Headers', 'Content-Type', 'Content-Length', 'Range', 'Accept', 'Cookie'],
];

/** As it would arrive: what cannot stand in a URL is encoded. */
function inUrl(text: string): string {
  return text.replace(/[^!-~]+/g, (part) => encodeURIComponent(part));
}

function inHeader(text: string): string {
  return Buffer.from(text.replace(/[\r\n]/g, ''), 'utf8').toString('latin1');
}

function asked(path: string, { in: place, name }: Parameter, text: string): Asked {
  const known = path.replace('{id}', 'o-1');
  switch (place) {
    case 'query':
      return { url: `${known}?${name}=${inUrl(text)}` };
    case 'header':
      return { url: known, headers: { [name]: inHeader(text) } };
    default:
      return { url: path.replace(`{${name}}`, inUrl(text).replaceAll('/', '%2F').replaceAll('?', '%3F')) };
  }
}

/** What is read alike, by name and schema, is tried where it is met first. */
const seen = new Set<string>();
const operations = operationsOf(described).map(({ path, parameters }) => ({
  path,
  parameters: parameters.filter((parameter) => {
    const known = JSON.stringify([parameter.name, parameter.in, parameter.schema]);
    return !seen.has(known) && seen.add(known);
  }),
}));

describe('what the API is asked costs as much as it is long', { timeout: 300_000 }, () => {
  it.each(operations.filter(({ parameters }) => parameters.length > 0))('$path', async ({ path, parameters }) => {
    const cases = parameters.map(
      (parameter) => [parameter.name, (text: string) => ask(app, asked(path, parameter, text))] as const,
    );
    expect(await superlinear(cases)).toEqual([]);
  });

  it('in headers that no operation describes', async () => {
    const cases = FURTHER_HEADERS.map(
      (name) => [name, (text: string) => ask(app, { url: '/v1/orders', headers: { [name]: inHeader(text) } })] as const,
    );
    expect(await superlinear(cases)).toEqual([]);
  });

  it('in whole query strings and paths, and where they are logged', async () => {
    const cases = [
      ['a query string', (text: string) => ask(app, { url: `/v1/orders?${inUrl(text)}` })],
      ['a path', (text: string) => ask(app, { url: `/${inUrl(text)}` })],
      ['a path of the API', (text: string) => ask(app, { url: `/v1/${inUrl(text)}` })],
      ['a logged query string', (text: string) => ask(failing.app, { url: `/v1/orders?q=${inUrl(text)}` })],
      ['a logged id', (text: string) => ask(failing.app, { url: `/v1/orders/o?x=${inUrl(text)}` })],
      ['names of parameters', (text: string) => ask(app, { url: `/v1/orders?${inUrl(text).replaceAll('=', '&')}` })],
    ] as const;
    expect(await superlinear(cases)).toEqual([]);
  });
});

describe('an answer', () => {
  it.each([
    ['many unknown parameters', Array.from({ length: 450 }, (_, i) => `p${i}`).join('&')],
    ['many that cannot be decoded', '%&'.repeat(400)],
    ['more than may be', 'a&'.repeat(60_000)],
    ['long names of controls', `${'%01'.repeat(20_000)}=1`],
    [
      'long values of every kind',
      ['sort', 'facets', 'status', 'fields', 'stats'].map((n) => `${n}=${'x,'.repeat(90)}`).join('&'),
    ],
    ['the same sort twice', `sort=${'%01'.repeat(20_000)},${'%01'.repeat(20_000)}`],
  ])('is not far larger than its question: %s', async (_, query) => {
    const bytes = await ask(app, { url: `/v1/orders?${query}` });
    expect(bytes).toBeLessThan(query.length * 2 + 12_000);
  });
});

describe('the test itself', () => {
  const steps = (count: number) => {
    let sum = 0;
    for (let i = 0; i < count; i += 1) sum = (sum * 31 + i) | 0;
    return sum;
  };

  it('passes what is linear, however slow', async () => {
    expect(await growsMoreThanLinearly((length) => steps(length * 2_000))).toBe(false);
  });

  it('finds what is quadratic', async () => {
    expect(await growsMoreThanLinearly((length) => steps(length * length))).toBe(true);
  });

  it('finds the patterns that once were here', async () => {
    const planted = [
      ['secrets', (text: string) => text.replace(/([?&][^=&]*(?:key|token)[^=&]*=)[^&]*/gi, '$1…')],
      ['tokens', (text: string) => text.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, '…')],
      ['events', (text: string) => /^orders\/([!-~]+?)(?:@(\d{1,16})|#([!-~]+))$/.test(`orders/${text}`)],
    ] as const;
    const found = new Set((await superlinear(planted, ['?key', 'eyJ', '#'])).map((name) => name.split(' ')[0]));
    expect([...found].sort()).toEqual(['events', 'secrets', 'tokens']);
  }, 300_000);
});
