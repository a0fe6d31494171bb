/** `/v1/suggest`, of the view that declares what is completed. */
import type { View } from '../../mappings/contract.js';
import { LIMITS } from '../query/parameters.js';
import { headerRefs, requestHeaderRefs, V1_HEADERS } from './headers.js';
import { type JsonSchema, jsonSchemaOf, objectOf } from './json-schema.js';
import type { Paths } from './openapi.js';
import { asOfParameter } from './parameters.js';
import { ANY_READING, json, SUGGEST_PATH } from './paths.js';
import { problemResponses } from './problems.js';
import type { SecurityOf } from './security.js';

export function suggestPath(view: View, security: SecurityOf): Paths {
  const { name, queries } = view;
  if (queries.suggest === undefined) return {};
  const { field } = queries.suggest;
  const names = [queries.id.name, field];
  const properties = jsonSchemaOf(queries.fields).properties as Readonly<Record<string, JsonSchema>>;
  const element = objectOf(Object.fromEntries(names.map((one) => [one, properties[one] ?? {}])));
  const document = Object(view.example);
  return {
    [SUGGEST_PATH]: {
      get: {
        operationId: `suggest-${name}`,
        tags: [name],
        summary: `Completions of the ${field} of ${name} as it is typed`,
        description: 'Every word must occur, the last one as the beginning of a word.',
        security: security(queries.access.scope),
        parameters: [
          {
            name: 'q',
            in: 'query',
            required: true,
            description: `What was typed so far. Of more than ${LIMITS.queryWordsMax} words the first ones count.`,
            schema: { type: 'string', maxLength: LIMITS.queryLengthMax },
            example: String(document[field]).slice(0, 2),
          },
          asOfParameter(),
          ...requestHeaderRefs('Wait-For', 'Max-Staleness'),
        ],
        responses: {
          '200': {
            description: 'What begins with it first.',
            headers: headerRefs(...V1_HEADERS),
            content: json(objectOf({ data: { type: 'array', maxItems: LIMITS.suggestionsMax, items: element } }), {
              data: [Object.fromEntries(names.map((one) => [one, document[one]]))],
            }),
          },
          ...problemResponses([...ANY_READING, 'answer-too-large'], V1_HEADERS),
        },
      },
    },
  };
}
