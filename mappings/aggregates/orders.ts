import type { Aggregate, Effect } from '../contract.js';
import type { DomainEvent } from '../events/event.js';
import { add, multiply, sum } from '../money.js';
import { ownersOf } from '../rollups/group.js';
import { asNumber, asText, effective, lastKnown } from './registers.js';
import {
  type AggregateState,
  highestSequence,
  NO_REFERENCES,
  type Presence,
  presenceOf,
  type References,
} from './state.js';

export const ORDER_STATUSES = [
  'cancelled',
  'confirmed',
  'delivered',
  'locked',
  'paid',
  'pending',
  'rejected',
  'shipped',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export interface OrderLine {
  readonly lineId: string;
  readonly productId: string;
  readonly quantity: number;
  /** Minor units of the order's currency. */
  readonly unitPrice: number;
  readonly amount: number;
  /** Returned units, never more than `quantity`. */
  readonly returned: number;
}

/** All fields but the first three are `null`, 0 or empty unless the order is present. Times in ms since 1970. */
export interface OrderFacts {
  readonly orderId: string;
  readonly presence: Presence;
  readonly sequence: number | null;
  readonly customerId: string | null;
  readonly currency: string | null;
  readonly lines: readonly OrderLine[];
  readonly city: string | null;
  readonly status: OrderStatus | null;
  readonly placedAt: number | null;
  readonly paidAt: number | null;
  readonly paymentMethod: string | null;
  readonly updatedAt: number | null;
  readonly cancelReason: string | null;
  readonly carrier: string | null;
  readonly trackingNo: string | null;
  /** Every customer that the order was ever shown with, in whatever presence it is. */
  readonly customersEver: readonly string[];
}

/** Returns are registers of their own, one per `returnId`. */
const RETURN_PREFIX = 'return:';

function effect(event: DomainEvent): Effect {
  switch (event.type) {
    case 'order.placed':
      return { lifecycle: 'found', writes: { ...event.data, status: 'pending', placedAt: event.time } };
    case 'order.amended':
    case 'order.transferred':
      return { writes: { ...event.data } };
    case 'order.inventory_locked':
      return { writes: { status: 'locked' } };
    case 'order.inventory_rejected':
      return { writes: { ...event.data, status: 'rejected' } };
    case 'order.confirmed':
      return { writes: { status: 'confirmed' } };
    case 'order.paid':
      return { writes: { ...event.data, status: 'paid', paidAt: event.time } };
    case 'order.shipped':
      return { writes: { ...event.data, status: 'shipped' } };
    case 'order.delivered':
      return { writes: { status: 'delivered' } };
    case 'order.cancelled':
      return { writes: { ...event.data, status: 'cancelled' } };
    case 'order.returned':
      return { writes: { [RETURN_PREFIX + event.data.returnId]: event.data.lines } };
    case 'order.deleted':
      return { lifecycle: 'delete', writes: {} };
    default:
      throw new TypeError(`${event.type} is not an event of orders`);
  }
}

export const orders: Aggregate<'orders'> = {
  name: 'orders',
  effect,
  // So that its owner can still be told of the delete.
  keptAfterDelete: ['customerId'],
  read(id, state): OrderFacts {
    const presence = presenceOf(state);
    const sequence = highestSequence(state);
    const customersEver = ownersOf(state?.groups.get('customerMonths') ?? []);
    if (state === undefined || presence !== 'present') {
      return { ...ABSENT, orderId: id, presence, sequence, customersEver };
    }
    return {
      orderId: id,
      presence,
      sequence,
      customersEver,
      customerId: asText(effective(state, 'customerId')),
      currency: asText(effective(state, 'currency')),
      lines: readLines(state),
      city: asText(effective(state, 'city')),
      status: asText(effective(state, 'status')) as OrderStatus | null,
      placedAt: asNumber(effective(state, 'placedAt')),
      paidAt: asNumber(effective(state, 'paidAt')),
      paymentMethod: asText(effective(state, 'method')),
      updatedAt: state.last?.time ?? null,
      cancelReason: asText(effective(state, 'reason')),
      carrier: asText(effective(state, 'carrier')),
      trackingNo: asText(effective(state, 'trackingNo')),
    };
  },
};

const ABSENT = {
  customerId: null,
  currency: null,
  lines: [],
  city: null,
  status: null,
  placedAt: null,
  paidAt: null,
  paymentMethod: null,
  updatedAt: null,
  cancelReason: null,
  carrier: null,
  trackingNo: null,
} as const;

interface PlacedLine {
  readonly lineId: string;
  readonly productId: string;
  readonly quantity: number;
  readonly unitPrice: number;
}

function readLines(state: AggregateState): OrderLine[] {
  const placed = effective(state, 'lines') as readonly PlacedLine[] | null;
  if (placed === null) return [];
  const returned = returnedUnits(state);
  return placed.map((line) => ({
    lineId: line.lineId,
    productId: line.productId,
    quantity: line.quantity,
    unitPrice: line.unitPrice,
    amount: multiply(line.quantity, line.unitPrice),
    returned: Math.min(line.quantity, returned.get(line.lineId) ?? 0),
  }));
}

function returnedUnits(state: AggregateState): Map<string, number> {
  const units = new Map<string, number>();
  for (const register of state.registers.keys()) {
    if (!register.startsWith(RETURN_PREFIX)) continue;
    const lines = effective(state, register) as readonly { lineId: string; quantity: number }[] | null;
    for (const { lineId, quantity } of lines ?? []) units.set(lineId, add(units.get(lineId) ?? 0, quantity));
  }
  return units;
}

/** Whose the order is, or was when it was deleted: who may be told how far its events have come. */
export function ownersOfOrder(state: AggregateState): readonly string[] {
  const customerId = presenceOf(state) === 'pending' ? null : asText(lastKnown(state, 'customerId'));
  return customerId === null ? [] : [customerId];
}

/** What the order refers to now: the keys of reverse look-ups. */
export function referencesOf(order: OrderFacts): References {
  if (order.presence !== 'present' || order.customerId === null) return NO_REFERENCES;
  return { customer: [order.customerId], product: [...new Set(order.lines.map((line) => line.productId))] };
}

/** An order counts as a sale when it has been paid and is neither cancelled nor rejected. */
export function isSale(order: OrderFacts): boolean {
  return order.paidAt !== null && order.status !== 'cancelled' && order.status !== 'rejected';
}

export function totalOf(order: OrderFacts): number {
  return sum(order.lines.map((line) => line.amount));
}

export function itemCountOf(order: OrderFacts): number {
  return sum(order.lines.map((line) => line.quantity));
}

export function returnedAmountOf(order: OrderFacts): number {
  return sum(order.lines.map((line) => multiply(line.returned, line.unitPrice)));
}
