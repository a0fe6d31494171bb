import type { OrderDocument, ProductDocument } from '../recomputation-documents.js';
import { amountsByCurrency, append, type Facts, read, sourcesOf, sumOf } from '../recomputation-facts.js';
import type { State } from '../recomputation-fold.js';
import { isSale, documents as orderDocuments } from './orders.js';

type Sale = OrderDocument['lines'][number] & { day: string; currency: string };
const daysBefore = (day: string, days: number) =>
  new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);

function productDocument(id: string, state: State, sales: Sale[], today: string): ProductDocument {
  const recent = sales.filter(({ day }) => day >= daysBefore(today, 29) && day <= today);
  const lastMonth = daysBefore(`${today.slice(0, 7)}-01`, 1).slice(0, 7);
  const ofLastMonth = sales.filter(({ day }) => day.startsWith(lastMonth));
  const sales30d = sumOf(recent.map((line) => line.quantity));
  const returns30d = sumOf(recent.map((line) => line.returned));
  return {
    ...{ productId: id, createdAt: `${read(state, 'createdAt').createdAt}`, updatedAt: state.updatedAt },
    ...read(state, 'name', 'category', 'brand', 'description', 'currency'),
    tags: (state.registers.get('tags') as string[] | null | undefined) ?? [],
    price: (state.registers.get('price') as number | undefined) ?? null,
    onShelf: state.registers.get('onShelf') === true,
    ...{ sales30d, returns30d, returnRate30d: sales30d === 0 ? 0 : returns30d / sales30d },
    salesLastMonth: sumOf(ofLastMonth.map((line) => line.quantity)),
    revenue30d: amountsByCurrency(recent),
    revenueLastMonth: amountsByCurrency(ofLastMonth),
    sources: sourcesOf([[`products/${id}`, state]]),
  };
}

export function documents(facts: Facts): Map<string, ProductDocument> {
  const sales = new Map<string, Sale[]>();
  for (const order of [...orderDocuments(facts).values()].filter(isSale)) {
    const day = facts.dayOf(order.paidAt);
    for (const line of order.lines) append(sales, line.productId, { ...line, day, currency: order.currency });
  }
  const products = new Map<string, ProductDocument>();
  for (const [id, state] of facts.products) {
    if (state.founded) products.set(id, productDocument(id, state, sales.get(id) ?? [], facts.today));
  }
  return products;
}
