/** Requests out of the description: what it allows, what it does not, and what nobody would think of. */
import fc from 'fast-check';
import type { JsonSchema } from '../../../api/openapi/json-schema.js';
import type { Parameter } from '../../../api/openapi/openapi.js';
import type { Described } from './described.js';

export interface GeneratedRequest {
  readonly described: Described;
  readonly method: 'GET' | 'HEAD';
  /** Percent-encoded, without the query. */
  readonly path: string;
  /** As they are, not encoded; in the order sent. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Sent behind the others, unencoded. */
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Texts that have broken something somewhere. */
const HOSTILE = [
  '',
  ' ',
  ',',
  ',,,',
  '0',
  '-1',
  '01',
  '1e3',
  '1.5',
  '+1',
  'NaN',
  'null',
  'true',
  'TRUE',
  'undefined',
  '[object Object]',
  '{"$ne":1}',
  '$where',
  '__proto__',
  'constructor',
  '*:*',
  '/.*/',
  '(((((',
  '"',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%00',
  '\u0000',
  '\u202e',
  '苹果 手机',
  '王芳',
  '🍎'.repeat(150),
  '🍎'.repeat(250),
  ` ${'x'.repeat(199)} `,
  'é',
  '－１',
  '2026-02-30T00:00:00Z',
  '2026-11-01',
  '2026-11-01T10:00:00+08:00',
  '99999999999999999999',
  'relevance',
  '-relevance',
  'a'.repeat(9_000),
  Array.from({ length: 300 }, (_, i) => i).join(','),
  Array.from({ length: 20 }, (_, i) => `w${i}`).join(' '),
];

const BROKEN_QUERIES = ['', '', '', '', '&&', '%', '%E6%8', 'q=%FF', '=x', '&size', 'size=1&size=2', '?', '#'];

export interface Known {
  /** Ids of documents that are there. */
  readonly ids: readonly string[];
}

export function requestsTo(described: Described, known: Known): fc.Arbitrary<GeneratedRequest> {
  const queried = described.parameters.filter((parameter) => parameter.in === 'query');
  const inHeaders = described.parameters.filter((parameter) => parameter.in === 'header');
  return fc
    .record({
      method: fc.oneof({ weight: 9, arbitrary: fc.constant('GET' as const) }, fc.constant('HEAD' as const)),
      id: idText(known),
      query: queryOf(queried),
      rawQuery: fc.oneof({ weight: 9, arbitrary: fc.constant('') }, fc.constantFrom(...BROKEN_QUERIES)),
      headers: headersOf(inHeaders),
    })
    .map(({ method, id, query, rawQuery, headers }) => ({
      described,
      method,
      path: described.path.replace('{id}', encodeURIComponent(id)),
      query,
      rawQuery,
      headers,
    }));
}

function idText({ ids }: Known): fc.Arbitrary<string> {
  // An empty one is another path.
  const hostile = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme' }));
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...ids) },
    hostile.filter((text) => text !== '' && text !== '.' && text !== '..' && text.length < 1_000),
  );
}

type Pairs = readonly (readonly [string, string])[];

function queryOf(parameters: readonly Parameter[]): fc.Arbitrary<Pairs> {
  const unknown = fc.tuple(fc.oneof(fc.constantFrom('foo', 'status[$ne]', '__proto__', 'Q'), fc.string()), anyText());
  if (parameters.length === 0) return fc.array(unknown, { maxLength: 1 });
  const oneOfThem = fc.constantFrom(...parameters);
  const sound = fc
    .uniqueArray(oneOfThem, { maxLength: 5, selector: ({ name }) => name })
    .chain((chosen) => fc.tuple(...chosen.map(pairsOf)).map((pairs) => pairs.flat()));
  const odd = fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: oneOfThem.chain((parameter) => anyText().map((text) => [parameter.name, text] as const)),
      },
      unknown,
    ),
    { maxLength: 2 },
  );
  return fc.oneof(
    { weight: 3, arbitrary: sound },
    { weight: 2, arbitrary: fc.tuple(sound, odd).map(([some, others]) => [...some, ...others]) },
  );
}

function pairsOf(parameter: Parameter): fc.Arbitrary<Pairs> {
  const { name, schema } = parameter;
  return fc.tuple(allowedBy(schema), fc.boolean()).map(([value, repeated]) => {
    if (!Array.isArray(value)) return [[name, String(value)]];
    const texts = value.map(String);
    return repeated ? texts.map((text) => [name, text] as const) : [[name, texts.join(',')]];
  });
}

function anyText(): fc.Arbitrary<string> {
  return fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary-ascii' }));
}

/** Values that the schema allows. */
function allowedBy(schema: JsonSchema): fc.Arbitrary<unknown> {
  const examples = (schema.examples ?? []).map((example) => fc.constant(example));
  return fc.oneof(...examples, generated(schema));
}

function generated(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'array':
      return fc.array(generated(schema.items as JsonSchema), { minLength: schema.minItems ?? 0, maxLength: 4 });
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return wholeNumber(schema);
    case 'number':
      return fc.double({ ...bounds(schema), noNaN: true, noDefaultInfinity: true });
    case 'string':
      return text(schema);
    default:
      throw new TypeError(`Values of ${JSON.stringify(schema)} cannot be generated.`);
  }
}

function wholeNumber(schema: JsonSchema): fc.Arbitrary<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = bounds(schema);
  const small = fc.integer({ min: Math.max(min, 0), max: Math.min(max, 200) });
  return fc.oneof(
    { weight: 3, arbitrary: small },
    fc.maxSafeInteger().filter((value) => value >= min && value <= max),
  );
}

function bounds({ minimum, maximum }: JsonSchema): { min?: number; max?: number } {
  return {
    ...(minimum === undefined ? {} : { min: minimum }),
    ...(maximum === undefined ? {} : { max: maximum }),
  };
}

function text({ format, pattern, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const instant = fc.date({
      min: new Date('0001-01-02T00:00:00Z'),
      max: new Date('9999-12-30'),
      noInvalidDate: true,
    });
    return fc
      .tuple(instant, fc.constantFrom('Z', '+08:00', '-05:30'))
      .map(([time, zone]) => time.toISOString().replace('Z', zone));
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'));
  const words = fc.constantFrom('苹果', 'phone', '王', 'o-1001', 'gold');
  return fc.oneof(words, fc.string({ unit: 'grapheme', maxLength: Math.min(maxLength, 60) }));
}

/** What may stand in a header at all: HTTP allows visible ASCII. */
function headersOf(parameters: readonly Parameter[]): fc.Arbitrary<Readonly<Record<string, string>>> {
  const one = (parameter: Parameter) =>
    fc
      .oneof(
        { weight: 3, arbitrary: allowedBy(parameter.schema).map(String) },
        fc.constantFrom(...HOSTILE),
        fc.string(),
      )
      .map((value) => shortWait(value.replace(/[^ -~]/g, '').slice(0, 300)));
  return fc
    .tuple(...parameters.map((parameter) => fc.tuple(fc.integer({ min: 1, max: 6 }), one(parameter))))
    .map((sent) =>
      Object.fromEntries(
        sent.flatMap(([chance, value], i) => (chance === 1 ? [[parameters[i]?.name ?? '', value]] : [])),
      ),
    );
}

/** Nothing that is waited for ever comes. */
function shortWait(value: string): string {
  if (!/^(customers|products|orders)\//.test(value)) return value;
  return `${value.replace(/; *timeout=\d+/g, '')};timeout=5`;
}
