/** The first half of the oracle: every aggregate's events, sorted and folded in order into its state. */
import type { EventEnvelope, PublishedEvent, Text, Topic } from './recomputation-documents.js';

export interface State {
  registers: Map<string, unknown>;
  returns: Map<string, { lineId: string; quantity: number }[]>;
  founded: boolean;
  deleted: boolean;
  erased: boolean;
  knownName: Text;
  updatedAt: string;
  sequence: number | null;
}
export type States = Map<string, State>;
/** Fields of the data that an event type writes, fixed values that it sets, the register that keeps its time. */
type Effect = [fields: string, fixed?: Record<string, unknown>, timeRegister?: string];

const PERSON = 'name email phone level city';
const ARTICLE = 'name category brand description tags';
const EFFECTS = new Map<string, Effect>([
  ['customer.registered', [PERSON, {}, 'registeredAt']],
  ['customer.updated', [PERSON]],
  ['customer.deleted', ['']],
  ['customer.erased', ['']],
  ['product.created', [`${ARTICLE} price currency onShelf`, {}, 'createdAt']],
  ['product.updated', [ARTICLE]],
  ['product.priced', ['price currency']],
  ['product.shelved', ['', { onShelf: true }]],
  ['product.unshelved', ['', { onShelf: false }]],
  ['product.deleted', ['']],
  ['order.placed', ['customerId currency lines city', { status: 'pending' }, 'placedAt']],
  ['order.amended', ['lines']],
  ['order.transferred', ['customerId']],
  ['order.inventory_locked', ['', { status: 'locked' }]],
  ['order.inventory_rejected', ['reason', { status: 'rejected' }]],
  ['order.confirmed', ['', { status: 'confirmed' }]],
  ['order.paid', ['method', { status: 'paid' }, 'paidAt']],
  ['order.shipped', ['carrier trackingNo', { status: 'shipped' }]],
  ['order.delivered', ['', { status: 'delivered' }]],
  ['order.cancelled', ['reason', { status: 'cancelled' }]],
  ['order.returned', ['']],
  ['order.deleted', ['']],
]);
const FOUNDING = ['customer.registered', 'product.created', 'order.placed'];

export function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((character, i) => character !== right[i]);
  return at < 0 ? left.length - right.length : (left[at]?.codePointAt(0) ?? -1) - (right[at]?.codePointAt(0) ?? -1);
}
const inOrder = (a: EventEnvelope, b: EventEnvelope): number =>
  Number(a.sequence ?? 0) - Number(b.sequence ?? 0) ||
  Date.parse(a.time) - Date.parse(b.time) ||
  byCodePoint(a.id, b.id);

/** The event in its present shape: the two older ones are rewritten. */
function presentShape(event: EventEnvelope): EventEnvelope & { data: Record<string, unknown> } {
  const data = (event.data ?? {}) as Record<string, unknown>;
  if (event.type === 'customer.registered.v1') {
    return { ...event, type: 'customer.registered', data: { ...data, name: `${data.firstName} ${data.lastName}` } };
  }
  if (event.type !== 'order.placed.v1') return { ...event, data };
  const lines = (data.items as { product: string; qty: number; price: string }[]).map((item, i) => {
    const unitPrice = Number(item.price.replace('.', ''));
    return { lineId: String(i + 1), productId: item.product, quantity: item.qty, unitPrice };
  });
  return { ...event, type: 'order.placed', data: { ...data, customerId: data.customer, lines } };
}

function apply(state: State, { type, data, time, sequence }: ReturnType<typeof presentShape>): void {
  const [fields, fixed, timeRegister] = EFFECTS.get(type) ?? [''];
  state.updatedAt = new Date(time).toISOString();
  if (sequence !== undefined) state.sequence = Math.max(state.sequence ?? 0, Number(sequence));
  if (type.endsWith('.deleted') || type.endsWith('.erased')) {
    Object.assign(state, { registers: new Map(), returns: new Map(), founded: false, deleted: true });
    state.erased ||= type.endsWith('.erased');
  }
  if (FOUNDING.includes(type)) Object.assign(state, { founded: true, deleted: false, erased: false });
  for (const field of fields.split(' ')) {
    if (Object.hasOwn(data, field) && data[field] !== undefined) state.registers.set(field, data[field]);
  }
  for (const [register, value] of Object.entries(fixed ?? {})) state.registers.set(register, value);
  if (timeRegister) state.registers.set(timeRegister, state.updatedAt);
  if (type === 'order.returned') state.returns.set(data.returnId as string, data.lines as []);
  state.knownName = state.erased ? null : ((state.registers.get('name') as Text | undefined) ?? state.knownName);
}

export function foldTopic(published: Iterable<PublishedEvent>, topic: Topic): States {
  const histories = new Map<string, Map<string, ReturnType<typeof presentShape>>>();
  for (const { topic: on, event: envelope } of published) {
    if (on !== topic) continue;
    const event = presentShape(envelope);
    if (!EFFECTS.has(event.type)) continue;
    const history = histories.get(event.subject) ?? new Map();
    histories.set(event.subject, history.set(event.id, event));
  }
  const states: States = new Map();
  for (const [id, history] of histories) {
    const blank = { founded: false, deleted: false, erased: false, knownName: null, updatedAt: '', sequence: null };
    const state = { registers: new Map(), returns: new Map(), ...blank };
    for (const event of [...history.values()].sort(inOrder)) apply(state, event);
    states.set(id, state);
  }
  return states;
}
