/** Answers of Elasticsearch that are too large to be parsed in one go say the same as if they were. */
import { errors } from '@elastic/elasticsearch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LargeBody, PatientSerializer, parsedBody } from '../../../../api/readers/elasticsearch/large-body.js';

/** What could be taken for the end of a string, of an object or of the list. */
const text = fc
  .array(fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', '"hits":[', '商', '😀', 'a', '\u0000'), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''));
const source = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.array(fc.dictionary(text, text), { maxLength: 3 })));
const hits = fc.array(fc.record({ _id: text, _source: source, sort: fc.array(text) }), { maxLength: 5 });

describe('a large answer', () => {
  it('is parsed as a search would be, whatever its documents hold', async () => {
    await fc.assert(
      fc.asyncProperty(hits, source, text, async (found, buckets, reason) => {
        const answer = {
          took: 3,
          _shards: { total: 1, failures: [{ reason }] },
          hits: { total: { value: 3, relation: 'eq' }, max_score: null, hits: found },
          aggregations: { hits: { buckets: [buckets] }, docs: [] },
        };
        expect(await new LargeBody(JSON.stringify(answer)).parsed()).toEqual(answer);
      }),
    );
  });

  it('is parsed as documents read by id, or as one document', async () => {
    await fc.assert(
      fc.asyncProperty(hits, source, async (docs, document) => {
        expect(await new LargeBody(JSON.stringify({ docs })).parsed()).toEqual({ docs });
        const found = { _id: 'o-1', found: true, _source: document };
        expect(await new LargeBody(JSON.stringify(found)).parsed()).toEqual(found);
      }),
    );
  });

  it('that is cut off is no answer', async () => {
    const whole = JSON.stringify({ took: 1, hits: { hits: [{ _source: { a: 'x"y' } }, { _source: {} }] } });
    for (let length = 1; length < whole.length; length += 1) {
      await expect(new LargeBody(whole.slice(0, length)).parsed()).rejects.toThrow(errors.DeserializationError);
    }
  });

  it('is told from a small one, which is parsed at once', async () => {
    const serializer = new PatientSerializer();
    expect(serializer.deserialize('{"took":1}')).toEqual({ took: 1 });
    const answer = { docs: [{ _source: { text: 'x'.repeat(2_000_000) } }] };
    expect(await parsedBody(serializer.deserialize(JSON.stringify(answer)))).toEqual(answer);
    expect(serializer.deserialize(JSON.stringify(answer))).toBeInstanceOf(LargeBody);
  });
});
