import { describe, expect, it } from 'vitest';
import { encodePlace, placeSeal } from '../../../api/changes/place.js';
import { readSubscription, type SubscriptionRequest } from '../../../api/changes/request.js';
import { readQueryString } from '../../../api/query/given.js';
import { views } from '../../../mappings/registry.js';
import { SECRET } from '../asking.js';

const seal = placeSeal(SECRET);
const ALL = Object.values(views);

function read(queryString: string, header?: string, readable = ALL) {
  return readSubscription(readQueryString(queryString), header, ALL, readable, seal);
}

function accepted(queryString: string, header?: string, readable = ALL): SubscriptionRequest {
  const outcome = read(queryString, header, readable);
  if (outcome.kind === 'request') return outcome.request;
  throw new Error(`?${queryString} was not accepted: ${JSON.stringify(outcome.errors)}`);
}

function refused(queryString: string, header?: string): string[] {
  const outcome = read(queryString, header);
  if (outcome.kind === 'request') throw new Error(`?${queryString} was not refused.`);
  return outcome.errors.map(({ parameter }) => parameter).sort();
}

const names = ({ views: asked }: SubscriptionRequest) => asked.map(({ name }) => name).sort();

describe('the parameters of a subscription', () => {
  it('name views, repeated or separated by commas; without, all that may be read', () => {
    expect(names(accepted('view=orders,customers'))).toEqual(['customers', 'orders']);
    expect(names(accepted('view=orders&view=products'))).toEqual(['orders', 'products']);
    expect(names(accepted(''))).toEqual(['customers', 'orders', 'products']);
    expect(names(accepted('', undefined, [views.orders]))).toEqual(['orders']);
  });

  it('choose by ids: of views that are not named, those that have them all', () => {
    expect(names(accepted('customerId=c-1'))).toEqual(['customers', 'orders']);
    expect(names(accepted('productId=p-1,p-2'))).toEqual(['orders', 'products']);
    expect(names(accepted('productId=p-1&customerId=c-1'))).toEqual(['orders']);
    expect(accepted('productId=p-1,p-2&productId=p-3').keys).toEqual(
      new Map([['productId', new Set(['p-1', 'p-2', 'p-3'])]]),
    );
  });

  it('name ids with a backslash as all lists do', () => {
    const chosen = accepted(String.raw`orderId=a\\b,c\d`).keys;
    expect(chosen).toEqual(new Map([['orderId', new Set(['a\\b', 'c\\d'])]]));
  });

  it('refuse an id that a named view does not have, or that no view does that may be read', () => {
    expect(refused('view=products&customerId=c-1')).toEqual(['customerId']);
    expect(refused('view=orders,products&customerId=c-1')).toEqual(['customerId']);
    const outcome = read('orderId=o-1', undefined, [views.products]);
    expect(outcome.kind).toBe('refused');
  });

  it('are refused all at once, unknown ones and values among them', () => {
    expect(refused('view=things&size=3&fields=orderId&lastEventId=x&status=paid')).toEqual([
      'fields',
      'size',
      'status',
      'view',
    ]);
  });

  it('select fields of one view, with its id', () => {
    expect(accepted('view=orders&fields=status,customer.name').selection).toEqual({
      orderId: true,
      status: true,
      customer: { name: true },
    });
    expect(refused('fields=status')).toEqual(['fields']);
    expect(refused('view=orders&fields=nothing')).toEqual(['fields']);
  });

  it('go on after an event; the header is newer than the URL', () => {
    const [older, newer] = [
      { edition: '1', places: [1] },
      { edition: '1', places: [2] },
    ];
    expect(accepted(`lastEventId=${encodePlace(older, seal)}`).after).toEqual(older);
    expect(accepted(`lastEventId=${encodePlace(older, seal)}`, encodePlace(newer, seal)).after).toEqual(newer);
    expect(accepted('lastEventId=').after).toBeNull();
    expect(accepted('', '').after).toBeNull();
    expect(accepted('', 'nonsense').after).toBe('unreadable');
    expect(accepted('lastEventId=nonsense').after).toBe('unreadable');
    expect(refused('lastEventId=a&lastEventId=b')).toEqual(['lastEventId']);
  });
});
