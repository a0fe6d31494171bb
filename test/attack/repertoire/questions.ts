/** Questions that are short to ask and long to answer, or long to read. */
import { MANY, REPEATED_CHARACTER } from '../huge-shop.js';
import type { Attack, Front } from './attack.js';
import { ask } from './raw.js';

const PARAMETERS = 2_400;
const TOKEN_LIKE = 'eyJ'.repeat(40_000);
const LONG_WORD = REPEATED_CHARACTER.repeat(200);
const ALL_OF_ORDERS = 'facets=status,category,currency,city,level,paymentMethod&multiSelect=true&stats=total';
const ALL_OF_PRODUCTS =
  'facets=category,brand,tag,onShelf,currency&stats=price,sales30d,salesLastMonth,returnRate30d,revenue30d,revenueLastMonth';

export const QUESTIONS: readonly Attack[] = [
  asking('2,400 parameters', [`/v1/orders?${Array.from({ length: PARAMETERS }, (_, i) => `k${i}`).join('&')}`]),
  asking('one parameter 2,400 times', [`/v1/orders?${Array.from({ length: PARAMETERS }, () => 'key').join('&')}`]),
  asking('eyJ 40,000 times in the URL', [`/v1/orders?q=${TOKEN_LIKE}`]),
  asking('a long word with highlight', [
    `/v1/customers?q=${LONG_WORD}&highlight=true`,
    `/v1/products?q=${LONG_WORD}&highlight=true`,
    `/v1/orders?q=${LONG_WORD}&highlight=true&includeCancelled=true`,
  ]),
  asking('deep pages', [
    '/v1/orders?page=100&size=100&sort=status',
    '/v1/products?page=100&size=100&sort=name',
    '/v1/customers?page=100&size=100&sort=name',
  ]),
  asking('all facets, stats and exact totals', [
    `/v1/orders?${ALL_OF_ORDERS}&total=exact&size=100`,
    `/v1/products?${ALL_OF_PRODUCTS}&total=exact&size=100`,
  ]),
  asking('the largest documents', [`/v1/orders?productId=${MANY.productId}&size=100`, `/v1/orders/${MANY.orderId}`]),
  asking('histories', [
    `/v1/orders/${MANY.orderId}/history`,
    `/v1/products/${MANY.productId}/history`,
    `/v1/customers/${MANY.customerId}/history`,
  ]),
  asking('an event in a whole partition', ['/v1/events/e-never?aggregate=orders/o-never']),
];

/** The questions one after another. */
function asking(name: string, targets: readonly string[]): Attack {
  const carryOut = async (front: Front) => {
    const endings = [];
    for (const target of targets) endings.push(await ask(front, target));
    return endings;
  };
  return { name, requests: targets.length, times: 3, carryOut };
}
