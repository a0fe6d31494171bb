/** Products that were all sold on each of the days that leave the window next, and the clock that makes them leave. */
import { addDays, dayOf, monthOf, previousMonth } from '../mappings/calendar.js';
import { windowStart } from '../mappings/rollups/product-days.js';
import type { Clock } from '../projector/ports.js';
import type { SampleEvent } from '../sample/events.js';
import { numbered, SyntheticShop } from './synthetic-shop.js';

const PRODUCTS_PER_ORDER = 20;
const CUSTOMERS = 100;
const QUARTER_HOUR_MS = 15 * 60_000;
/** No time zone is further from UTC. */
const ZONE_QUARTERS_MAX = 15 * 4;

/** One business day as the projector sees it: what each product's document says once the day has begun. */
export interface SweptDay {
  readonly day: string;
  /** Milliseconds since 1970. */
  readonly begins: number;
  readonly sales30d: number;
  readonly salesLastMonth: number;
}

/** The days to come, beginning with the last day of a month: the first step moves the window and the month. */
export function sweptDays(steps: number, timeZone: string, now: number): readonly SweptDay[] {
  const eve = addDays(`${monthOf(dayOf(now, timeZone))}-01`, -1);
  const saleDays = saleDaysOf(eve, steps);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const day = addDays(eve, step);
    const sold = saleDays.filter((sale) => sale >= windowStart(day));
    const lastMonth = previousMonth(monthOf(day));
    return {
      day,
      begins: beginOf(day, timeZone),
      sales30d: sold.length,
      salesLastMonth: saleDays.filter((sale) => monthOf(sale) === lastMonth).length,
    };
  });
}

/** One unit of each product on the first days of the window that ends on the eve. */
export function* sweptShop(products: number, steps: number, eve: string, timeZone: string): Generator<SampleEvent> {
  const shop = new SyntheticShop('sweep');
  const days = saleDaysOf(eve, steps).map((day) => ({ day, time: beginOf(day, timeZone) }));
  const time = days[0]?.time ?? 0;
  for (let i = 0; i < CUSTOMERS; i += 1) yield shop.register(numbered('c', i), time);
  for (let i = 0; i < products; i += 1) yield shop.create(numbered('p', i), time);
  for (const { day, time: soldAt } of days) {
    for (let from = 0; from < products; from += PRODUCTS_PER_ORDER) {
      const count = Math.min(PRODUCTS_PER_ORDER, products - from);
      const lines = Array.from({ length: count }, (_, i) => numbered('p', from + i));
      const orderId = `${numbered('o', from)}-${day}`;
      yield shop.place(orderId, numbered('c', (from / PRODUCTS_PER_ORDER) % CUSTOMERS), lines, soldAt);
      yield shop.pay(orderId, soldAt);
    }
  }
}

/** The system's clock, moved to where it is wanted; it goes on from there. */
export class MovedClock implements Clock {
  private aheadMs = 0;

  constructor(instant: number) {
    this.moveTo(instant);
  }

  now(): number {
    return Date.now() + this.aheadMs;
  }

  moveTo(instant: number): void {
    this.aheadMs = instant - Date.now();
  }
}

function saleDaysOf(eve: string, steps: number): string[] {
  return Array.from({ length: steps }, (_, step) => addDays(windowStart(eve), step));
}

/** Time zones change their offset at whole quarters of an hour. */
function beginOf(day: string, timeZone: string): number {
  let instant = Date.parse(`${day}T00:00:00.000Z`) - ZONE_QUARTERS_MAX * QUARTER_HOUR_MS;
  while (dayOf(instant, timeZone) < day) instant += QUARTER_HOUR_MS;
  return instant;
}
