import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Awaited, nameOf, readDemands, WAIT_LIMITS } from '../../../api/waiting/demands.js';
import { isWellFormedId } from '../../../mappings/events/event.js';

function waitFor(header: string) {
  return readDemands({ waitFor: header, maxStaleness: undefined });
}

/** The names in `errors`, one for each problem. */
function refused(headers: { waitFor?: string; maxStaleness?: string }): string[] {
  const outcome = readDemands({ waitFor: headers.waitFor, maxStaleness: headers.maxStaleness });
  return outcome.kind === 'refused' ? outcome.errors.map(({ parameter }) => parameter) : [];
}

describe('Wait-For', () => {
  it('names a version of an aggregate, or an event of it', () => {
    expect(waitFor('orders/o-1001@7')).toEqual({
      kind: 'demands',
      demands: {
        waitFor: {
          awaited: [{ aggregate: 'orders', id: 'o-1001', mark: { by: 'sequence', sequence: 7 } }],
          timeoutMs: WAIT_LIMITS.timeoutMsDefault,
        },
        maxStalenessMs: null,
      },
    });
    expect(waitFor('customers/c-7#018f6c2e-7b7e;timeout=2000')).toMatchObject({
      demands: {
        waitFor: {
          awaited: [{ aggregate: 'customers', id: 'c-7', mark: { by: 'event', eventId: '018f6c2e-7b7e' } }],
          timeoutMs: 2000,
        },
      },
    });
  });

  it('names several, and the longest time-out counts for all', () => {
    expect(waitFor(' orders/a@1;timeout=30 , products/b#x ;timeout=40,customers/c@2')).toMatchObject({
      demands: { waitFor: { awaited: [{ id: 'a' }, { id: 'b' }, { id: 'c' }], timeoutMs: 40 } },
    });
  });

  it('takes any id, percent-encoded', () => {
    const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter(isWellFormedId);
    fc.assert(
      fc.property(id, id, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (aggregateId, eventId, sequence) => {
        const awaited: Awaited[] = [
          { aggregate: 'orders', id: aggregateId, mark: { by: 'event', eventId } },
          { aggregate: 'products', id: aggregateId, mark: { by: 'sequence', sequence } },
        ];
        const header = awaited.map((one) => {
          const { mark } = one;
          return nameOf(one) + (mark.by === 'event' ? `#${encodeURIComponent(mark.eventId)}` : `@${mark.sequence}`);
        });
        expect(waitFor(header.join(','))).toMatchObject({ demands: { waitFor: { awaited } } });
      }),
    );
  });

  it('never throws, and says of everything else that it cannot be used', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const outcome = waitFor(header);
        if (outcome.kind === 'demands') expect(header).toMatch(/^\s*(orders|products|customers)\//);
      }),
    );
  });

  it.each([
    '',
    'orders',
    'orders/o-1',
    'orders/o-1@',
    'orders/o-1@0',
    'orders/o-1@-1',
    'orders/o-1@1.5',
    'orders/o-1@9007199254740992',
    'orders/o-1#',
    'orders/@1',
    'orders/a/b@1',
    'orders/a@b@1',
    'orders/o-1#a#b',
    'orders/o-1 @1',
    'orders/手机@1',
    'orders/%E6%89@1',
    'orders/%00@1',
    'orders/a%2Cb@1',
    'orders/.@1',
    'orders/%zz@1',
    'order/o-1@1',
    'Orders/o-1@1',
    'invoices/i-1@1',
    'orders/o-1@1,',
    'orders/o-1@1;',
    'orders/o-1@1;timeout',
    'orders/o-1@1;timeout=0',
    'orders/o-1@1;timeout=5001',
    'orders/o-1@1;timeout=1e3',
    'orders/o-1@1;timeout=100;timeout=100',
    'orders/o-1@1;wait=100',
    Array.from({ length: WAIT_LIMITS.awaitedMax + 1 }, () => 'orders/o-1@1').join(','),
  ])('refuses %j by its name', (header) => {
    expect(refused({ waitFor: header })).toEqual(['Wait-For']);
  });

  it('tells of each item that cannot be used', () => {
    const outcome = waitFor('orders/o-1@1,orders/o-1,orders/o-1@1;timeout=x');
    if (outcome.kind !== 'refused') throw new Error('It was accepted.');
    expect(outcome.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^its item 2 .*<aggregate>/),
      expect.stringMatching(/^its item 3 .*timeout/),
    ]);
  });
});

describe('Max-Staleness', () => {
  it('is a number of milliseconds', () => {
    expect(readDemands({ waitFor: undefined, maxStaleness: '1500' })).toEqual({
      kind: 'demands',
      demands: { waitFor: null, maxStalenessMs: 1500 },
    });
    expect(readDemands({ waitFor: undefined, maxStaleness: '0' })).toMatchObject({ demands: { maxStalenessMs: 0 } });
  });

  it.each(['', '-1', '1.5', '1e3', '5 ms', '1, 2', '1234567890123'])('refuses %j by its name', (header) => {
    expect(refused({ maxStaleness: header })).toEqual(['Max-Staleness']);
  });

  it('is refused together with Wait-For', () => {
    expect(refused({ waitFor: 'x', maxStaleness: 'y' })).toEqual(['Wait-For', 'Max-Staleness']);
  });
});
