/** Inputs beside the query API's, which grow: events, settings, arguments, the admin API, and what is made of texts. */
import express from 'express';
import { describe, expect, it } from 'vitest';
import { apiSettings } from '../../api/composition/settings.js';
import { mentionIn } from '../../mappings/aggregates/erasure.js';
import { decode } from '../../mappings/events/decode.js';
import type { AdminOperations } from '../../projector/admin-api/operations.js';
import { adminRoutes } from '../../projector/admin-api/routes.js';
import { documentName, offsets, snapshotName, time, wholeNumber } from '../../projector/cli/arguments.js';
import { projectorSettings } from '../../projector/composition/settings.js';
import { refusalReason } from '../../projector/stores/elasticsearch/refusal-reason.js';
import { createLog } from '../../runtime/log.js';
import { argumentProblem } from '../../runtime/process-arguments.js';
import { escaped, statement } from '../../runtime/screen.js';
import { concealed, placeOf, secretsInAddress, withoutSecrets } from '../../runtime/secrets.js';
import { readSettings } from '../../runtime/settings.js';
import { binary, ENVELOPE, raw, structured } from '../mappings/events/records.js';
import { superlinear } from './growth.js';
import { ask } from './in-process.js';

type Cases = Parameters<typeof superlinear>[0];

/** Whether it is refused does not matter. */
function tried(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const PLACED = { customerId: 'c-1', currency: 'EUR', city: null, lines: [] };
const OLD = { customer: 'c-1', currency: 'EUR', items: [{ product: 'p', qty: 1, price: '1.00' }] };
const ATTRIBUTES = [...Object.keys(ENVELOPE), 'sequence', 'datacontenttype', 'data_base64'];

const events: Cases = [
  ...ATTRIBUTES.flatMap(
    (name): Cases => [
      [`attribute ${name}`, (text) => decode('orders', structured({ sequence: '1', [name]: text }))],
      [`header of ${name}`, (text) => decode('orders', binary({ sequence: '1', [name]: text }))],
    ],
  ),
  ...Object.keys(PLACED).map((name): Cases[number] => {
    const record = (text: string) => structured({ type: 'order.placed', data: { ...PLACED, [name]: text } });
    return [`data ${name}`, (text) => decode('orders', record(text))];
  }),
  ['an old price', (text) => decode('orders', structured({ type: 'order.placed.v1', data: withPrice(text) }))],
  ['a value', (text) => decode('orders', raw(text))],
  ['a mention in a value', (text) => mentionIn('customers', raw(text))],
  ['a mention of a subject', (text) => mentionIn('customers', raw(`{"subject":"${text}`))],
  ['mentions', (text) => mentionIn('customers', raw(text.replaceAll('a', '"subject":"\\')))],
];

function withPrice(price: string) {
  return { ...OLD, items: [{ product: 'p', qty: 1, price }] };
}

const settings = [projectorSettings, apiSettings].flatMap((schema) =>
  Object.keys(schema.shape).map((name): Cases[number] => [
    name,
    (text) => tried(() => readSettings(schema, { [name]: text })),
  ]),
);

const texts: Cases = [
  ...[documentName, offsets, snapshotName, time, wholeNumber].map((read): Cases[number] => [
    read.name,
    (text) => tried(() => read(text)),
  ]),
  ['an argument', (text) => argumentProblem([text], { options: ['--help'], settings: ['NAMESPACE'] })],
  ['the name of a variable', (text) => tried(() => readSettings(projectorSettings, { [text]: 'x' }))],
  ...[concealed, placeOf, secretsInAddress, withoutSecrets, escaped, statement].map((made): Cases[number] => [
    made.name,
    made,
  ]),
  ['a refusal', (reason) => refusalReason({ status: 400, error: { type: 'x', reason } } as never)],
  ['a log line', (text) => createLog('test', 'info', { write: () => {} }).info({ text }, `mongodb://${text}@`)],
];

const operations = new Proxy({}, { get: () => async () => ({}) }) as AdminOperations;
const app = express().use(
  '/admin/v1',
  adminRoutes(operations, 'a-token-of-sixteen-letters', createLog('test', 'silent')),
);
const authorization = 'Bearer a-token-of-sixteen-letters';
const inUrl = (text: string) => encodeURIComponent(text).replaceAll('%2F', '/');
const admin: Cases = [
  ...['/quarantine/', '/refused/orders/', '/explain/', '/', '/audit?limit=', '/quarantine?key=', '/status?'].map(
    (path): Cases[number] => [
      path,
      (text) => ask(app, { url: `/admin/v1${path}${inUrl(text)}`, headers: { authorization } }),
    ],
  ),
  ...['Authorization', 'Host', 'Content-Type', 'Content-Encoding', 'If-None-Match', 'Accept'].map(
    (name): Cases[number] => {
      const headers = (text: string) => ({ authorization, [name]: text.replace(/[^ -~]/g, 'x') });
      return [name, (text) => ask(app, { url: '/admin/v1/status', headers: headers(text) })];
    },
  ),
];

describe('work grows no faster than its input', { timeout: 300_000 }, () => {
  it.each([
    ['events', events],
    ['settings', settings],
    ['texts', texts],
    ['the admin API', admin],
  ])('of %s', async (_, cases) => {
    expect(await superlinear(cases)).toEqual([]);
  });
});

it('a value of megabytes in a record that is to be forgotten is read through', () => {
  expect(mentionIn('customers', raw(`{"subject":"${'a'.repeat(20_000_000)}`)).customers).toEqual(['o-1']);
});
