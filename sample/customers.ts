import type { Step } from './events.js';
import type { Entry, Journal } from './journal.js';
import { drawCity, drawPerson, drawPhone, emailOf, LEVELS } from './names.js';
import type { Random } from './random.js';
import { DAY_MS, drawMoment, HOUR_MS } from './time.js';

export interface Customer {
  id: string;
  city: string;
  registeredAt: number;
  /** when the customer was deleted or erased, for most of them never */
  leftAt: number;
  registration: Entry | undefined;
}

/** The first customers have been there for long, so there is always somebody who can order. */
const OLD_CUSTOMERS = 20;
const OLDER_SHAPE = 0.25;

/** A registration of customer number `number`; English names may come in the older shape. */
export function registration(random: Random, number: number): { step: Step; city: string } {
  const person = drawPerson(random);
  const city = drawCity(random, person.chinese);
  const details = {
    ...(random.chance(0.9) && { email: emailOf(person, number) }),
    ...(random.chance(0.7) && { phone: drawPhone(random, person.chinese) }),
    ...(random.chance(0.95) && { level: random.pickSkewed(LEVELS) }),
    ...(random.chance(0.92) && { city }),
  };
  if (!person.chinese && random.chance(OLDER_SHAPE)) {
    const { firstName, lastName } = person;
    return { step: { type: 'customer.registered.v1', data: { firstName, lastName, ...details } }, city };
  }
  return { step: { type: 'customer.registered', data: { name: person.name, ...details } }, city };
}

/** Somebody moves house, is promoted, marries, or takes a telephone number back. */
export function customerUpdate(random: Random): Step {
  const chinese = random.chance(0.65);
  const changes = [
    { city: drawCity(random, chinese) },
    { level: random.pickSkewed(LEVELS) },
    { phone: drawPhone(random, chinese) },
    { phone: null },
    { level: 'gold', city: drawCity(random, chinese) },
    { name: drawPerson(random).name },
  ] as const;
  return { type: 'customer.updated', data: random.pick([changes[0], ...changes]) };
}

/** How the customer's time with the shop ends; `undefined` for most. Fixed by number, so small shops have it too. */
function departure(number: number): Step | undefined {
  if (number % 200 === 42) return { type: 'customer.erased' };
  if (number % 70 === 9) return { type: 'customer.deleted' };
  return undefined;
}

/** Writes the whole story of one customer; the shop's history covers [from, now]. */
export function writeCustomer(random: Random, journal: Journal, number: number, from: number, now: number): Customer {
  const id = `c-${number}`;
  const old = number <= OLD_CUSTOMERS || random.chance(0.7);
  const registeredAt = old ? drawMoment(random, from - 400 * DAY_MS, from) : drawMoment(random, from, now);
  const { step, city } = registration(random, number);
  const customer = { id, city, registeredAt, leftAt: Number.POSITIVE_INFINITY };
  const entry = journal.write('customers', id, registeredAt, step);
  let time = Math.max(registeredAt, from);
  while (random.chance(0.3)) {
    time += Math.floor((0.1 + random.next()) * 30 * DAY_MS);
    journal.write('customers', id, time, customerUpdate(random));
  }
  const last = departure(number);
  if (last !== undefined && time < now - HOUR_MS) {
    customer.leftAt = drawMoment(random, time, now);
    journal.write('customers', id, customer.leftAt, last);
    // Some come back, as a new person after an erasure.
    if (number % 3 === 0)
      journal.write('customers', id, customer.leftAt + 2 * DAY_MS, registration(random, number).step);
  }
  return { ...customer, registration: entry };
}
