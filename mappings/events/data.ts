/** The data of an event, out of its content type and its schema. */
import type { z } from 'zod';
import type { Shape } from './catalogue.js';
import { type Content, isObject, type Parsed, parseJson } from './mode.js';
import { type Malformed, malformed, type ReasonCode } from './reasons.js';

/** A charset among the parameters says nothing: JSON is UTF-8. */
const JSON_FORMAT = /^\s*(?:(?:application|text)\/json|[^\s/;]+\/[^\s/;]+\+json)\s*(?:;|$)/i;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Data that is absent, `null` or empty is `{}`. */
const NO_DATA: Readonly<Record<string, unknown>> = Object.freeze({});

/** At most this many problems are named in one detail. */
const ISSUES_MAX = 5;

export type ReadData = { readonly kind: 'data'; readonly data: object } | Malformed;

/** The data in its present shape: validated, without unknown fields, its keys in the order of the schema. */
export function readData(content: Content, shape: Shape): ReadData {
  const parsed = parseContent(content);
  if (parsed.kind === 'malformed') return parsed;
  const raw = parsed.value ?? NO_DATA;
  if (!isObject(raw)) return malformed('data-invalid', 'data is not an object.');
  if (shape.upcaster === undefined) return validate(shape.schema, raw);
  const older = validate(shape.upcaster.schema, raw);
  if (older.kind === 'malformed') return older;
  return validate(shape.schema, shape.upcaster.upcast(older.data));
}

function parseContent(content: Content): Parsed {
  const { format } = content;
  if (format !== undefined && format !== null && typeof format !== 'string') {
    return malformed('envelope-invalid', 'datacontenttype is not a text.');
  }
  if (isAbsent(content)) return { kind: 'parsed', value: undefined };
  if (typeof format === 'string' && format !== 'application/json' && !JSON_FORMAT.test(format)) {
    return malformed('data-format-unsupported', 'The content type of the data is not JSON.');
  }
  if (content.kind === 'parsed') return content;
  if (content.kind === 'bytes') return parseJson(content.bytes, 'The value');
  if (content.text.length % 4 !== 0 || !BASE64.test(content.text)) {
    return malformed('envelope-invalid', 'data_base64 is not Base64.');
  }
  return parseJson(Buffer.from(content.text, 'base64'), 'The data in data_base64');
}

/** Of what there is none of, no type matters: some clients name one all the same. */
function isAbsent(content: Content): boolean {
  switch (content.kind) {
    case 'parsed':
      return content.value === undefined || content.value === null;
    case 'bytes':
      return content.bytes.length === 0;
    case 'base64':
      return content.text === '';
  }
}

function validate(schema: z.ZodType<unknown>, raw: object): ReadData {
  const result = schema.safeParse(raw);
  if (result.success) return { kind: 'data', data: result.data as object };
  const { issues } = result.error;
  const named = issues.slice(0, ISSUES_MAX).map((issue) => `${['data', ...issue.path].join('.')}: ${issue.message}`);
  const more = issues.length > ISSUES_MAX ? `; and ${issues.length - ISSUES_MAX} more` : '';
  return malformed(reasonOf(issues[0]), named.join('; ') + more);
}

/** An issue of an id or a text carries its own reason, see fields.ts. */
function reasonOf(issue: z.core.$ZodIssue | undefined): ReasonCode {
  const reason: unknown = issue?.code === 'custom' ? issue.params?.reason : undefined;
  return reason === 'id-invalid' || reason === 'text-invalid' ? reason : 'data-invalid';
}
