/** `/v1/changes`: server-sent events, which OpenAPI 3.1 has no schema for; what they carry is told in words. */
import { CHANGE_KEYS } from '../../mappings/changes.js';
import type { View } from '../../mappings/contract.js';
import { LAST_EVENT_ID } from '../changes/request.js';
import { pathsOf } from '../query/field-selection.js';
import { LIMITS } from '../query/parameters.js';
import { headerRefs, V1_HEADERS } from './headers.js';
import type { JsonSchema } from './json-schema.js';
import type { Operation, Parameter, Paths } from './openapi.js';
import { ANY_QUESTION } from './paths.js';
import { problemResponses } from './problems.js';
import type { SecurityOf } from './security.js';

const EVENT_ID: JsonSchema = { type: 'string', pattern: '^[A-Za-z0-9_-]*$' };

const ABOUT = `Every change of a document that the caller may see, at least once, never an older one after a newer; \
intermediate versions may be missing, and equal content is not repeated. Needs the scope of each view that it follows.

| event | data |
|---|---|
| \`ready\` | \`{}\`, at the beginning |
| \`change\` | \`{"view", "id", "version", "document"}\`: the document as it is now; \`version\` rises with every write, and is \`null\` for callers that are bound to a customer |
| \`removed\` | \`{"view", "id"}\`: it is gone, or no longer among what was asked for |
| \`reset\` | \`{}\`: the documents were built anew; read them, and begin without an id |

Ids of events say where to go on. Comments are signs of life.`;

export function changesPath(views: readonly View[], security: SecurityOf): Paths {
  const operation: Operation = {
    operationId: 'follow-changes',
    tags: ['changes'],
    summary: 'What changes in the documents, as it happens',
    description: ABOUT,
    security: security(),
    parameters: parameters(views),
    responses: {
      '200': {
        description: 'Events, for as long as the client listens.',
        headers: headerRefs(...V1_HEADERS),
        content: { 'text/event-stream': { schema: { type: 'string' }, example: exampleStream(views) } },
      },
      ...problemResponses(
        [...ANY_QUESTION, 'forbidden', 'changes-expired', 'too-many-streams', 'changes-unavailable'],
        V1_HEADERS,
      ),
    },
  };
  return { '/v1/changes': { get: operation } };
}

function parameters(views: readonly View[]): Parameter[] {
  const fields = [...new Set(views.flatMap(({ queries }) => pathsOf(queries.fields)))];
  const names = views.map(({ name }) => name);
  return [
    list('view', 'Of these views; of all that the caller may read without.', names, views.length),
    ...CHANGE_KEYS.map((key) => list(key, `Of documents that have one of these ids as their \`${key}\`.`, null)),
    list('fields', 'Only these fields, and the id; with exactly one `view`.', fields),
    {
      name: 'lastEventId',
      in: 'query',
      description: `Go on after this event; the header \`${LAST_EVENT_ID}\` counts before it.`,
      schema: EVENT_ID,
    },
    {
      name: LAST_EVENT_ID,
      in: 'header',
      description: 'Go on after this event, as an EventSource does by itself; 410 when what followed it is gone.',
      schema: EVENT_ID,
    },
  ];
}

/** `values`: all that are allowed; `null` for any. */
function list(
  name: string,
  description: string,
  values: readonly string[] | null,
  maxItems: number = values === null ? LIMITS.valuesMax : LIMITS.fieldsMax,
): Parameter {
  const items: JsonSchema = { type: 'string', ...(values === null ? {} : { enum: [...values] }) };
  return {
    name,
    in: 'query',
    description: `${description} Repeated, or separated by commas.`,
    style: 'form',
    explode: true,
    schema: { type: 'array', items, minItems: 1, maxItems },
  };
}

const EXAMPLE_IDS = ['9S2wQm3l5Rk7bX0cVfTz1w', 'p4Jt8yHq2LxN6dGeUa0oCg'] as const;

function exampleStream([view]: readonly View[]): string {
  if (view === undefined) return '';
  const document = view.example;
  const change = { view: view.name, id: Reflect.get(Object(document), view.queries.id.name), version: 4711, document };
  return `event: ready\nid: ${EXAMPLE_IDS[0]}\ndata: {}\n\nevent: change\nid: ${EXAMPLE_IDS[1]}\ndata: ${JSON.stringify(change)}\n\n`;
}
