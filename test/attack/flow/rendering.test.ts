/**
 * Orders of many products with the longest names, on the real servers, and room for little of that at a time: every
 * document is right, a product that all of them have is renamed everywhere, what is stored passes a check, and a
 * generation that is built from the same topics reaches its end.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answers } from '../../flow/answers.js';
import { expectDocuments } from '../../flow/convergence.js';
import { created, event, placed, registered } from '../../flow/shop.js';
import { systemFor } from '../../flow/system.js';

const TIMEOUT_MS = 240_000;
const ORDERS = 16;
const PRODUCTS = 120;
/** Less than one order refers to, so that each is rendered alone. */
const LIMITS = { LOADED_CHARACTERS_MAX: '700000', FAN_OUT_INLINE_MAX: '5' };

const system = systemFor('attack-rendering');
let answers: Answers;

beforeAll(async () => {
  await system().startProjector(LIMITS);
  answers = await system().startApi({ ANSWERS_BYTES_IN_FLIGHT_MAX: String(1024 * 1024 * 1024) });
});

const nameOf = (i: number) => `${'x'.repeat(7_990)}${i}`;
const large = (orderId: string) => {
  const lines = Array.from({ length: PRODUCTS }, (_, i) => ({
    ...{ lineId: `${i}`, productId: `p-${i}`, quantity: 1, unitPrice: 1 },
  }));
  return event('order.placed', orderId, 1, { customerId: 'c-1', currency: 'CNY', lines });
};

describe('orders of large products', () => {
  it(
    'are rendered in parts, and so is everything around them',
    async () => {
      const { publisher } = system();
      await publisher.publish([registered('c-1', 'Ann')]);
      for (let from = 0; from < PRODUCTS; from += 40) {
        await publisher.publish(Array.from({ length: 40 }, (_, i) => created(`p-${from + i}`, nameOf(from + i))));
      }
      await publisher.publish(Array.from({ length: ORDERS }, (_, i) => large(`o-${i}`)));
      await publisher.publish([placed('o-small', 'c-1', 'p-0')]);
      await expectDocuments(answers, publisher.events, TIMEOUT_MS);
    },
    TIMEOUT_MS,
  );

  it(
    'follow a product that is renamed',
    async () => {
      const { publisher } = system();
      await publisher.publish([event('product.updated', 'p-7', 2, { name: 'y'.repeat(8_000) })]);
      await expectDocuments(answers, publisher.events, TIMEOUT_MS);
    },
    TIMEOUT_MS,
  );

  it(
    'pass a check of all that is stored, and are built anew',
    async () => {
      const { publisher } = system();
      expect(await system().operateJson('verify', '--deep', '--pace', '0')).toMatchObject({ faults: 0 });
      expect(await system().operateJson('rebuild', 'start', '--wait')).toMatchObject({ phase: 'complete' });
      await system().operateJson('rebuild', 'switch', '2');
      await expectDocuments(answers, publisher.events, TIMEOUT_MS);
    },
    TIMEOUT_MS,
  );
});
