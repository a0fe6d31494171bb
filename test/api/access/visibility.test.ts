import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { isVisible, offeredTo, requireScope, rowsOf, shownTo } from '../../../api/access/visibility.js';
import { Problem } from '../../../api/http/problems.js';
import { EVERYBODY, type Principal, SCOPES } from '../../../api/ports/principal.js';
import { guardedPathsOf, pathsOf } from '../../../api/query/field-selection.js';
import type { View } from '../../../mappings/contract.js';
import { views } from '../../../mappings/registry.js';
import { customersView } from '../../../mappings/views/customers/view.js';
import { text as textField, texts } from '../../../mappings/views/kinds.js';
import { customer, order, product } from '../documents.js';

const without = (...scopes: readonly string[]): Principal => ({
  ...EVERYBODY,
  scopes: new Set(SCOPES.filter((scope) => !scopes.includes(scope))),
});
const noPii = without('customers:pii');

/** A view that would let personal data be named, filtered, sorted, searched and counted. */
const text = z.string().nullable();
const personalText = textField({ nullable: true, personal: true }).schema;
const personalList = texts({ personal: true }).schema;
const nosy = {
  ...customersView,
  queries: {
    ...customersView.queries,
    fields: z.object({
      customerId: z.string(),
      name: text,
      email: personalText,
      aliases: personalList,
      address: z.object({ city: text, street: personalText }).nullable(),
      visits: z.array(z.object({ at: text, ip: personalText }).readonly()).readonly(),
    }),
    filters: {
      city: { kind: 'keyword', field: 'address.city' },
      email: { kind: 'keyword', field: 'email' },
      ip: { kind: 'keyword', field: 'visits.ip' },
    },
    ranges: {
      street: { field: 'address.street', type: 'integer' },
      wages: { field: 'wages', type: 'integer', money: { currency: 'email' } },
      debts: { field: 'debts', type: 'integer', money: { amounts: 'visits.ip' } },
    },
    times: { at: { field: 'visits.at' }, seen: { field: 'email' } },
    sorts: {
      name: { field: 'name' },
      email: { field: 'email.exact' },
      odd: { field: 'name', missing: 'email.missing' },
    },
    search: [
      { kind: 'text', field: 'name', weight: 1 },
      { kind: 'text', field: 'address', weight: 1 },
      { kind: 'text', field: 'keys', shown: 'email', weight: 1 },
      { kind: 'whole', field: 'email.folded' },
    ],
  },
} as View;

describe('a caller without customers:pii', () => {
  const offered = offeredTo(nosy, noPii).queries;

  it('can neither name nor filter nor sort nor search nor count personal data', () => {
    expect(pathsOf(offered.fields)).toEqual(['customerId', 'name', 'address', 'address.city', 'visits', 'visits.at']);
    expect(Object.keys(offered.filters)).toEqual(['city']);
    expect(Object.keys(offered.ranges)).toEqual([]);
    expect(Object.keys(offered.times)).toEqual(['at']);
    expect(Object.keys(offered.sorts)).toEqual(['name']);
    expect(offered.search.map(({ field }) => field)).toEqual(['name']);
  });

  it('sees null where personal data is, and an empty list for a list of it', () => {
    const document = {
      customerId: 'c-1',
      name: 'Li',
      email: 'li@example.org',
      aliases: ['x'],
      address: { city: 'Wuhan', street: 'secret' },
      visits: [
        { at: 'now', ip: '1.1.1.1' },
        { at: 'then', ip: '2.2.2.2' },
      ],
    };
    const shown = {
      customerId: 'c-1',
      name: 'Li',
      email: null,
      aliases: [],
      address: { city: 'Wuhan', street: null },
      visits: [
        { at: 'now', ip: null },
        { at: 'then', ip: null },
      ],
    };
    expect(shownTo(nosy, noPii, document)).toEqual(shown);
    expect(shownTo(offeredTo(nosy, noPii), noPii, document)).toEqual(shown);
    expect(shownTo(nosy, noPii, { ...document, address: null })).toMatchObject({ address: null });
    expect(document.email).toBe('li@example.org');
  });

  it('with it is offered and shown everything', () => {
    expect(offeredTo(nosy, EVERYBODY)).toBe(nosy);
    const document = customer('c-1', { email: 'li@example.org' });
    expect(shownTo(views.customers, EVERYBODY, document)).toEqual(document);
    expect(shownTo(views.customers, noPii, document)).toEqual({ ...document, email: null });
  });
});

describe('a caller bound to a customer', () => {
  const bound: Principal = { ...EVERYBODY, customerId: 'c-1' };
  const foreign = { customerId: 'c-2', name: null, level: null, city: null, deleted: false };

  it('sees the documents of that customer only, and those of nobody in particular', () => {
    expect(isVisible(views.orders, bound, order('o-1'))).toBe(true);
    expect(isVisible(views.orders, bound, order('o-1', { customer: foreign }))).toBe(false);
    expect(isVisible(views.customers, bound, customer('c-1'))).toBe(true);
    expect(isVisible(views.customers, bound, customer('c-2'))).toBe(false);
    expect(isVisible(views.customers, bound, customer('C-1'))).toBe(false);
    expect(isVisible(views.products, bound, product('p-1'))).toBe(true);
    expect(rowsOf(views.orders, EVERYBODY)).toEqual([]);
  });
});

describe('a scope', () => {
  it('is needed by name, whatever others the caller has', () => {
    for (const scope of SCOPES) {
      expect(() => requireScope(without(scope), scope)).toThrow(
        new Problem('forbidden', `This needs the scope ${scope}.`),
      );
      expect(() => requireScope(EVERYBODY, scope)).not.toThrow();
    }
  });
});

describe.each(Object.values(views))('the view of $name', (view) => {
  const paths = pathsOf(view.queries.fields);
  const personal = guardedPathsOf(view.queries.fields).flatMap(({ path, scope }) =>
    scope === 'customers:pii' ? [path] : [],
  );

  it('declares where the customer is by a path that is stored and shown alike', () => {
    const { customer: field } = view.queries.access;
    if (field !== undefined) expect(paths).toContain(field);
  });

  it('hides, sorts and completes by nothing personal, so that callers without the scope find the same', () => {
    const { queries } = offeredTo(view, noPii);
    expect(queries.sorts).toHaveProperty(queries.defaultSort.replace(/^-/, ''));
    if (queries.hidden !== undefined) expect(queries.filters).toHaveProperty(queries.hidden.filter);
    expect(personal).not.toContain(queries.id.name);
    expect(personal).not.toContain(queries.suggest?.field);
  });

  it('keeps nothing that follows from personal data, but in its own fields and in what is searched by whoever may', () => {
    const searched = view.queries.search.filter(({ shown }) => personal.includes(shown)).map(({ field }) => field);
    const offered = offeredTo(view, noPii).queries.search.map(({ field }) => field);
    for (const field of searched) expect(offered).not.toContain(field);
    const make = { orders: order, products: product, customers: customer } as const;
    const context = { businessTimeZone: 'UTC', reportingCurrency: 'CNY' };
    const marked = (mark: string) => {
      const document: Record<string, unknown> = { ...make[view.name]('x-1') };
      for (const path of personal) {
        expect(path, 'this test sets fields at the top').not.toContain('.');
        document[path] = mark;
      }
      const { search, ...stored } = view.toStored(document, context);
      return {
        stored: Object.fromEntries(Object.entries(stored).filter(([field]) => !personal.includes(field))),
        search: Object.entries(search ?? {}).filter(([field]) => !searched.includes(`search.${field}`)),
      };
    };
    expect(marked('13800138000')).toEqual(marked('li@example.org'));
  });
});
