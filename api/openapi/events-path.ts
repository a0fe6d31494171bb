/** `/v1/events/{id}`: what became of an event. */
import type { View } from '../../mappings/contract.js';
import { ID_PATTERN } from '../../mappings/events/identifier.js';
import { aggregateOf } from '../../mappings/keys.js';
import { EVENT_DOCUMENTS_MAX } from '../events/documents.js';
import { AGGREGATE } from '../query/event-request.js';
import { headerRefs, requestHeaderRefs, V1_HEADERS } from './headers.js';
import { type JsonSchema, objectOf } from './json-schema.js';
import type { Operation, Paths } from './openapi.js';
import { ANY_QUESTION, EVENT_PATH, json } from './paths.js';
import { problemResponses } from './problems.js';
import type { SecurityOf } from './security.js';

const TEXT: JsonSchema = { type: 'string' };
const TEXT_OR_NULL: JsonSchema = { type: ['string', 'null'] };

const DELIVERY = objectOf({
  eventId: TEXT,
  type: { ...TEXT_OR_NULL, description: '`null`: it cannot be read, or is none of the contract.' },
  aggregate: { ...TEXT_OR_NULL, description: 'Such as `orders/o-1001`; `null`: it cannot be read.' },
  outcome: { type: 'string', enum: ['folded', 'duplicate', 'quarantined'] },
  reason: { ...TEXT_OR_NULL, description: 'Why it is in the quarantine: a stable code.' },
  topic: TEXT,
  partition: { type: 'integer', minimum: 0 },
  offset: { type: ['integer', 'null'], minimum: 0, description: '`null` without the scope `admin`.' },
  time: { ...TEXT_OR_NULL, description: 'When the event happened; `null`: it cannot be read.' },
  visible: { type: 'boolean', description: 'Whether its effect is durable in every document rendered with its batch.' },
  visibleSince: {
    ...TEXT_OR_NULL,
    description:
      'Since when, at the latest, in the generation that is served; `null`: it is not, or that is not known.',
  },
  documents: {
    type: 'array',
    maxItems: EVENT_DOCUMENTS_MAX,
    items: TEXT,
    description: 'Those that show what it wrote, such as `orders/o-1001`, as far as the caller may see them.',
  },
});

const ANSWER = objectOf({
  data: { type: 'array', minItems: 1, items: DELIVERY },
  complete: { type: 'boolean', description: 'Whether there cannot be more: all that was to be read in Kafka was.' },
});

export function eventsPath(views: readonly View[], security: SecurityOf): Paths {
  const aggregates = [...new Set(views.flatMap((view) => aggregateOf(view) ?? []))];
  const operation: Operation = {
    operationId: 'get-event',
    tags: ['events'],
    summary: 'What became of an event',
    description:
      'One entry for each delivery of the event that is known: the one that was folded into the state of its aggregate, ' +
      'duplicates of it, and those that broke the contract. Needs the scope of the view whose events they are; callers ' +
      'that are bound to a customer are told of their own only. `topic`, `partition` and `offset` need the scope `admin`.',
    security: security(),
    parameters: [
      {
        name: 'id',
        in: 'path',
        required: true,
        description: 'The id of the event.',
        schema: TEXT,
        example: 'e-17',
      },
      {
        name: AGGREGATE,
        in: 'query',
        description:
          'The aggregate of the event, such as `orders/o-1001`: its events are read in Kafka, so that also one is found ' +
          'that is not among the newest 64, which are remembered.',
        schema: { type: 'string', pattern: `^(${aggregates.join('|')})/${ID_PATTERN}$` },
        example: 'orders/o-1001',
      },
      ...requestHeaderRefs('Wait-For', 'Max-Staleness'),
    ],
    responses: {
      '200': { description: 'Its deliveries.', headers: headerRefs(...V1_HEADERS), content: json(ANSWER, EXAMPLE) },
      ...problemResponses(
        [
          ...ANY_QUESTION,
          ...(['forbidden', 'malformed-url', 'not-found', 'history-too-long', 'history-unavailable'] as const),
          ...(['wait-timeout', 'wait-crowded', 'too-stale'] as const),
        ],
        V1_HEADERS,
      ),
    },
  };
  return { [`${EVENT_PATH}/{id}`]: { get: operation } };
}

const EXAMPLE = {
  data: [
    {
      ...{ eventId: 'e-17', type: 'order.paid', aggregate: 'orders/o-1001', outcome: 'folded', reason: null },
      ...{ topic: 'orders', partition: 0, offset: 12, time: '2026-11-01T10:02:41.007Z', visible: true },
      ...{ visibleSince: '2026-11-01T10:02:41.050Z', documents: ['orders/o-1001', 'products/p-3', 'customers/c-7'] },
    },
  ],
  complete: true,
};
