/** Settings are environment variables: one zod schema per process checks them, and is their manual. */
import { z } from 'zod';
import { misspeltSettings } from './misspelt-settings.js';
import { keepSecret, secretsInAddress } from './secrets.js';

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Reads the variables that the schema names; an empty one counts as absent. What is secret of them is kept so from now
 * on, usable or not.
 * @throws SettingsError with every problem at once, each with its variable's name: misspelt names are problems, too.
 */
export function readSettings<Schema extends z.ZodObject>(schema: Schema, env: NodeJS.ProcessEnv): z.output<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).flatMap((name) =>
      env[name] === undefined || env[name] === '' ? [] : [[name, env[name]]],
    ),
  );
  keepSecretsOf(schema, given);
  const result = schema.safeParse(given);
  const misspelt = misspeltSettings(env, Object.keys(schema.shape));
  if (result.success && misspelt.length === 0) return Object.freeze(result.data) as z.output<Schema>;
  const wrong = result.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
  const problems = [...wrong, ...misspelt].map((problem) => `  ${problem}`);
  throw new SettingsError(`The environment has ${problems.length} unusable setting(s):\n${problems.join('\n')}`);
}

/** How a setting can be secret: as a whole, or by the credentials that an address carries. */
type Secrecy = 'whole' | 'credentials';

const secrecy = z.registry<{ readonly secrecy: Secrecy }>();

/** Marks a setting as one that holds secrets: they are never shown. */
export function bearingSecrets<Schema extends z.ZodType>(of: Secrecy, schema: Schema): Schema {
  secrecy.add(schema, { secrecy: of });
  return schema;
}

/** `null`: anybody may see it. */
export function secrecyOf(schema: z.ZodObject, name: string): Secrecy | null {
  const setting: unknown = schema.shape[name];
  return setting instanceof z.ZodType ? (secrecy.get(setting)?.secrecy ?? null) : null;
}

/** What other settings say openly, given or by default, such as the namespace, is no secret. */
function keepSecretsOf(schema: z.ZodObject, given: Readonly<Record<string, string | undefined>>): void {
  const open = describeSettings(schema)
    .filter(({ name }) => secrecyOf(schema, name) === null)
    .map(({ name, fallback }) => given[name] ?? fallback);
  const secrets = Object.entries(given).flatMap(([name, value = '']) => secretsOf(schema, name, value));
  keepSecret(secrets.filter((secret) => !open.some((value) => value.includes(secret))));
}

function secretsOf(schema: z.ZodObject, name: string, value: string): readonly string[] {
  switch (secrecyOf(schema, name)) {
    case 'whole':
      return [value];
    case 'credentials':
      return secretsInAddress(value);
    case null:
      return [];
  }
}

/** One row a variable: name, default, meaning. */
export function describeSettings(schema: z.ZodObject): { name: string; fallback: string; meaning: string }[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { default: fallback, description } = typeof property === 'object' ? property : {};
    return { name, fallback: fallback === undefined ? '' : String(fallback), meaning: description ?? '' };
  });
}

export function helpText(program: string, about: string, schema: z.ZodObject): string {
  const rows = describeSettings(schema).map(
    ({ name, fallback, meaning }) => `  ${name}${fallback === '' ? '' : ` (${fallback})`}\n      ${meaning}`,
  );
  return `${program}: ${about}\n\nEnvironment variables (default):\n${rows.join('\n')}\n`;
}

const INTEGER = /^-?\d{1,15}$/;

/** A whole number within bounds, written in decimal. */
export function integer(fallback: number, min: number, max: number) {
  return z
    .string()
    .default(String(fallback))
    .refine((text) => INTEGER.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);
}

export function flag(fallback: 'on' | 'off') {
  return z
    .enum(['on', 'off'], { error: 'must be on or off' })
    .default(fallback)
    .transform((value) => value === 'on');
}

function isAddress(text: string): boolean {
  const port = /^[^\s/@]+:(\d{1,5})$/.exec(text)?.[1];
  return port !== undefined && Number(port) > 0 && Number(port) < 65_536;
}

/** `host:port,host:port` */
export function addresses(fallback: string) {
  return z
    .string()
    .default(fallback)
    .transform((text) => text.split(',').map((address) => address.trim()))
    .refine((list) => list.every(isAddress), { error: 'must be host:port, several separated by commas' });
}

export function url(fallback: string, schemes: readonly string[]) {
  return (
    z
      .string()
      .default(fallback)
      .refine((text) => schemes.some((scheme) => text.startsWith(`${scheme}://`)), {
        error: `must begin with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
        abort: true,
      })
      // MongoDB's may name several servers: those are left to its driver.
      .refine((text) => !text.startsWith('http') || isUrl(text), { error: 'is not a URL' })
  );
}

/** With credentials that can be read: the percent sign of a password is written `%25`. */
function isUrl(text: string): boolean {
  try {
    const { username, password } = new URL(text);
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

export function timeZone(fallback: string) {
  return z.string().default(fallback).refine(isTimeZone, { error: 'must be an IANA time zone such as Asia/Shanghai' });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** What both processes need to find the same servers, topics and names. */
export const sharedSettings = {
  KAFKA_BROKERS: bearingSecrets(
    'credentials',
    addresses('127.0.0.1:9092').describe('Kafka brokers, host:port, several separated by commas'),
  ),
  KAFKA_BATCH_BYTES_MAX: integer(67_108_864, 1_048_576, 1_073_741_824).describe(
    "bytes that the records of one producer's batch may take once they are inflated; larger batches are quarantined unread",
  ),
  KAFKA_BATCH_RECORDS_MAX: integer(250_000, 1, 10_000_000).describe(
    "records that one producer's batch may have; larger batches are quarantined unread",
  ),
  KAFKA_BATCH_HEADERS_MAX: integer(500_000, 1_000, 10_000_000).describe(
    "headers that the records of one producer's batch may have together; larger batches are quarantined unread",
  ),
  ELASTICSEARCH_URL: bearingSecrets(
    'credentials',
    url('http://127.0.0.1:9200', ['http', 'https']).describe('Elasticsearch; may carry user:password@'),
  ),
  MONGODB_URL: bearingSecrets(
    'credentials',
    url('mongodb://127.0.0.1:27017', ['mongodb', 'mongodb+srv']).describe('MongoDB connection string'),
  ),
  TOPIC_CUSTOMERS: topic('customers').describe('topic of the customer events'),
  TOPIC_PRODUCTS: topic('products').describe('topic of the product events'),
  TOPIC_ORDERS: topic('orders').describe('topic of the order events'),
  NAMESPACE: z
    .string()
    .default('projector')
    .refine((name) => /^[a-z0-9][a-z0-9-]{0,37}$/.test(name), {
      error: 'must be 1 to 38 lower-case letters, digits and hyphens, not beginning with a hyphen',
    })
    .describe(
      'prefix of indexes, database, consumer groups and own topics: two namespaces share servers without meeting',
    ),
  BUSINESS_TIME_ZONE: timeZone('UTC').describe(
    'days and months of the derived values; another value needs a new generation',
  ),
  REPORTING_CURRENCY: z
    .string()
    .default('CNY')
    .describe(
      'the currency by which totalSpent, revenue30d and revenueLastMonth sort and compare; another value needs a new generation',
    ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('trace, debug, info, warn, error or silent'),
} as const;

function topic(fallback: string) {
  return z
    .string()
    .default(fallback)
    .refine((name) => /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..', {
      error: 'must be a topic name: 1 to 249 of letters, digits, dot, underscore, hyphen',
    });
}
