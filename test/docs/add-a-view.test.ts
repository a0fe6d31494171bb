import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shipmentsView } from '../../docs/examples/shipments/view.js';
import type { Loaded } from '../../mappings/contract.js';

const guide = readFileSync('docs/add-a-view.md', 'utf8');
const blocks = new Map([...guide.matchAll(/```ts\n\/\/ (\S+)\n(.*?)```/gs)].map(([, name, code]) => [name, code]));

describe('the guide to adding a view', () => {
  it.each(['fields.ts', 'document.ts', 'view.ts'])('shows %s as it is compiled', (name) => {
    expect(blocks.get(name)).toBe(readFileSync(`docs/examples/shipments/${name}`, 'utf8'));
  });

  it('shows a view that renders', () => {
    const facts = {
      orders: { presence: 'present', carrier: 'SF', trackingNo: '1', status: 'shipped', customerId: 'c-1', city: null },
      customers: { name: '王小明', city: '上海' },
    };
    const loaded: unknown = { aggregate: (name: keyof typeof facts) => facts[name] };
    const rendered = shipmentsView.render('o-1', loaded as Loaded);
    expect(rendered).toEqual({
      kind: 'visible',
      document: {
        orderId: 'o-1',
        carrier: 'SF',
        trackingNo: '1',
        status: 'shipped',
        customerId: 'c-1',
        customerName: '王小明',
        city: '上海',
      },
    });
  });

  it('shows a view that survives its store', () => {
    const document = {
      orderId: 'o-1',
      carrier: 'SF',
      trackingNo: null,
      status: 'shipped',
      customerId: 'c-1',
      customerName: '王',
      city: null,
    };
    const context = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
    expect(shipmentsView.fromStored(shipmentsView.toStored(document, context))).toEqual(document);
  });
});
