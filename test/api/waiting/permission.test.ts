import { describe, expect, it } from 'vitest';
import { EVERYBODY, type Principal } from '../../../api/ports/principal.js';
import type { AggregateProgress } from '../../../api/ports/waiting.js';
import { mayLearnOf } from '../../../api/waiting/permission.js';
import type { AggregateName } from '../../../mappings/events/event.js';

const OWN: Principal = { ...EVERYBODY, customerId: 'c-1' };

function learns(principal: Principal, aggregate: AggregateName, id: string, customers: readonly string[] = []) {
  const progress: AggregateProgress = { sequences: [[1, 1]], remembered: [], forgotten: [], customers };
  return mayLearnOf(principal, { aggregate, id }, progress);
}

describe('who may wait for an event', () => {
  it('is everybody who may read the view, without a customer of their own', () => {
    expect(learns(EVERYBODY, 'orders', 'o-1', ['c-2'])).toBe(true);
    expect(learns(EVERYBODY, 'customers', 'c-2')).toBe(true);
    expect(learns(EVERYBODY, 'products', 'p-1')).toBe(true);
  });

  it("is, with a customer, who waits for that customer's rows and for products", () => {
    expect(learns(OWN, 'orders', 'o-1', ['c-1'])).toBe(true);
    expect(learns(OWN, 'orders', 'o-1', ['c-2'])).toBe(false);
    expect(learns(OWN, 'orders', 'o-unplaced', [])).toBe(false);
    expect(learns(OWN, 'customers', 'c-1')).toBe(true);
    expect(learns(OWN, 'customers', 'c-2')).toBe(false);
    expect(learns(OWN, 'products', 'p-1')).toBe(true);
  });

  it('is nobody without the scope of the view', () => {
    const principal: Principal = { ...EVERYBODY, scopes: new Set(['products:read']) };
    expect(learns(principal, 'orders', 'o-1')).toBe(false);
    expect(learns(principal, 'customers', 'c-1')).toBe(false);
    expect(learns(principal, 'products', 'p-1')).toBe(true);
  });
});
