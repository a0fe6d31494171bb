/** What each outcome of `_bulk` means, item by item. */
import { errors } from '@elastic/elasticsearch';
import { describe, expect, it } from 'vitest';
import { refusalReason } from '../../../../projector/stores/elasticsearch/refusal-reason.js';
import {
  ITEM_VERDICTS,
  REQUEST_VERDICTS,
  verdictOfFailure,
  verdictOfItem,
} from '../../../../projector/stores/elasticsearch/verdicts.js';

const ITEMS = [
  [200, undefined, 'done'],
  [201, undefined, 'done'],
  [409, 'version_conflict_engine_exception', 'superseded'],
  [429, 'es_rejected_execution_exception', 'crowded'],
  [429, 'circuit_breaking_exception', 'crowded'],
  [429, 'cluster_block_exception', 'wait'],
  [403, 'cluster_block_exception', 'wait'],
  [400, 'index_closed_exception', 'wait'],
  [500, 'i_o_exception', 'wait'],
  [502, undefined, 'wait'],
  [503, 'unavailable_shards_exception', 'wait'],
  [504, undefined, 'wait'],
  [401, 'security_exception', 'stop'],
  [403, 'security_exception', 'stop'],
  [404, 'index_not_found_exception', 'stop'],
  [400, 'document_parsing_exception', 'quarantine'],
  [400, 'mapper_parsing_exception', 'quarantine'],
  [400, 'strict_dynamic_mapping_exception', 'quarantine'],
  [400, 'illegal_argument_exception', 'quarantine'],
  [413, 'es_rejected_execution_exception', 'quarantine'],
] as const;

describe('an item of a bulk answer', () => {
  it.each(ITEMS)('with status %i and error %s is: %s', (status, type, verdict) => {
    expect(verdictOfItem(type === undefined ? { status } : { status, error: { type } })).toBe(verdict);
  });

  it('stops everything when the alias names several indexes', () => {
    const reason = 'no write index is defined for alias [orders-writes]. The write index may be explicitly disabled';
    expect(verdictOfItem({ status: 400, error: { type: 'illegal_argument_exception', reason } })).toBe('stop');
  });

  it('can be each of the verdicts, and each row of the table has its reason', () => {
    expect(new Set(ITEM_VERDICTS.map(({ verdict }) => verdict))).toEqual(
      new Set(['done', 'superseded', 'wait', 'crowded', 'quarantine', 'stop']),
    );
    for (const { because } of [...ITEM_VERDICTS, ...REQUEST_VERDICTS]) expect(because).toMatch(/\w+/);
  });
});

const REQUESTS = [
  [400, 'split'],
  [401, 'stop'],
  [403, 'stop'],
  [404, 'stop'],
  [405, 'stop'],
  [408, 'wait'],
  [413, 'split'],
  [429, 'crowded'],
  [500, 'wait'],
  [502, 'wait'],
  [503, 'wait'],
  [504, 'wait'],
] as const;

describe('a bulk request that is not carried out', () => {
  it.each(REQUESTS)('with status %i is: %s', (statusCode, verdict) => {
    expect(verdictOfFailure(responseError(statusCode, {}))).toBe(verdict);
  });

  it('waits when the cluster is blocked, whatever the status', () => {
    expect(verdictOfFailure(responseError(403, { error: { type: 'cluster_block_exception' } }))).toBe('wait');
  });

  it.each([
    new errors.ConnectionError('socket hang up'),
    new errors.TimeoutError('Request timed out'),
    new errors.DeserializationError('Unexpected end of JSON input', '{"items":['),
    new errors.RequestAbortedError('aborted'),
  ])('waits when there was no answer or half of one: $name', (error) => {
    expect(verdictOfFailure(error)).toBe('wait');
  });

  it.each([new TypeError('undefined is not a function'), new errors.ConfigurationError('no node'), 'text', undefined])(
    'does not wait for an error of another kind to pass: %s',
    (error) => {
      expect(verdictOfFailure(error)).toBe('stop');
    },
  );
});

describe('the reason why a document is refused', () => {
  const SECRET = '王芳 13800000000';

  it.each([
    [
      `[1:6] failed to parse field [total] of type [long] in document with id 'o-1'. Preview of field's value: '${SECRET}'`,
      'document_parsing_exception: field [total] of type [long]: illegal_argument_exception',
    ],
    [
      '[1:8] mapping set to strict, dynamic introduction of [phone] within [_doc] is not allowed',
      'document_parsing_exception: field [phone] within [_doc]: illegal_argument_exception',
    ],
    [
      `Document contains at least one immense term in field="city" (whose UTF8 encoding is longer than the max length 32766). The prefix of the first immense term is: '[120, 120]...'`,
      'document_parsing_exception: field city: illegal_argument_exception',
    ],
    [`${SECRET} is not to my liking`, 'document_parsing_exception: illegal_argument_exception'],
  ])('names the field and quotes nothing: %s', (reason, expected) => {
    const caused_by = { type: 'illegal_argument_exception', reason: `For input string: "${SECRET}"` };
    expect(refusalReason({ status: 400, error: { type: 'document_parsing_exception', reason, caused_by } })).toBe(
      expected,
    );
  });
});

function responseError(statusCode: number, body: object) {
  return new errors.ResponseError({ statusCode, body, headers: {}, warnings: null, meta: {} as never });
}
