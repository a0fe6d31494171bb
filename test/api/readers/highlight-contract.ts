/** How a reader shows where the words of a search occur. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Highlight } from '../../../api/ports/document-query.js';
import type { ViewName } from '../../../mappings/contract.js';
import { customer, order, orderLine, product } from '../documents.js';
import { filled, type ReaderHarness, search } from './harness.js';

const EXAMPLES: Readonly<Record<ViewName, readonly (readonly [q: string, document: object, highlight: Highlight])[]>> =
  {
    products: [
      ['phone', product('x', { name: 'A Phone, a phone' }), { name: ['A <em>Phone</em>, a <em>phone</em>'] }],
      [
        '苹果',
        product('x', {
          name: '苹果手机',
          brand: '苹果',
          category: '水果',
          tags: ['x', '青苹果'],
          description: '大苹果',
        }),
        {
          name: ['<em>苹果</em>手机'],
          brand: ['<em>苹果</em>'],
          tags: ['青<em>苹果</em>'],
          description: ['大<em>苹果</em>'],
        },
      ],
      ['苹果 phone', product('x', { name: '苹果 phone 手机' }), { name: ['<em>苹果</em> <em>phone</em> 手机'] }],
      ['苹 果', product('x', { name: '苹果' }), { name: ['<em>苹果</em>'] }],
      ['苹果', product('x', { name: '苹x果', description: '苹果 果' }), { description: ['<em>苹果</em> 果'] }],
      ['head', product('x', { name: 'Over-Ear Headphones' }), { name: ['Over-Ear <em>Headphones</em>'] }],
      [
        'wi-fi 苹果ip',
        product('x', { name: '苹果iPhone, Wi-Fighter', description: 'wi fi, wi to fi, 苹果 x ip' }),
        {
          name: ['<em>苹果iPhone</em>, <em>Wi</em>-<em>Fighter</em>'],
          description: ['<em>wi</em> <em>fi</em>, wi to fi, 苹果 x ip'],
        },
      ],
      ['headphones', product('x', { name: 'Headphnes' }), { name: ['<em>Headphnes</em>'] }],
      [
        'tea',
        product('x', { name: '<script>alert("tea")</script> & \'tea\'' }),
        {
          name: ['&lt;script&gt;alert(&quot;<em>tea</em>&quot;)&lt;&#x2F;script&gt; &amp; &#x27;<em>tea</em>&#x27;'],
        },
      ],
      [
        'tea em',
        product('x', { name: 'tea</em><em>em' }),
        { name: ['<em>tea</em>&lt;&#x2F;<em>em</em>&gt;&lt;<em>em</em>&gt;<em>em</em>'] },
      ],
    ],
    orders: [
      [
        'O-1',
        order('o-1', { customer: { customerId: 'c', name: 'o-2', level: null, city: null, deleted: false } }),
        { orderId: ['<em>o-1</em>'] },
      ],
      [
        'sf-1 P-7',
        order('o-1', { trackingNo: 'SF-1', lines: [orderLine({ productId: 'p-7' })] }),
        { trackingNo: ['<em>SF-1</em>'], 'lines.productId': ['<em>p-7</em>'] },
      ],
      [
        'jane phone',
        order('o-1', {
          customer: { customerId: 'c', name: 'Jane Phone', level: null, city: null, deleted: false },
          lines: [orderLine({ name: 'tea' }), orderLine({ name: 'a phone' }), orderLine({ name: 'phone case' })],
        }),
        {
          'customer.name': ['<em>Jane</em> <em>Phone</em>'],
          'lines.name': ['a <em>phone</em>', '<em>phone</em> case'],
        },
      ],
    ],
    customers: [
      ['小明', customer('x', { name: '王小明 <小明>' }), { name: ['王<em>小明</em> &lt;<em>小明</em>&gt;'] }],
      ['doe JANE', customer('x', { name: 'Jane Doe Janet' }), { name: ['<em>Jane</em> <em>Doe</em> <em>Janet</em>'] }],
      ["o'brien", customer('x', { name: "Conan O'Brien" }), { name: ['Conan <em>O&#x27;Brien</em>'] }],
    ],
  };

export function highlightContract(view: ViewName, open: () => Promise<ReaderHarness>): void {
  describe(`highlighting ${view}`, () => {
    let harness: ReaderHarness;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    it.each(EXAMPLES[view])('shows where %s occurs', async (q, document, highlight) => {
      const set = await filled(harness, view, { x: document });
      const { highlights } = await search(harness, set, `q=${encodeURIComponent(q)}&highlight=true`);
      expect(highlights).toEqual([highlight]);
    });

    it('shows nothing unless asked to', async () => {
      const [[q, document] = ['', {}]] = EXAMPLES[view];
      const set = await filled(harness, view, { x: document });
      const { documents, highlights } = await search(harness, set, `q=${encodeURIComponent(q)}`);
      expect([documents.length, highlights]).toEqual([1, null]);
    });
  });
}
