/** Every rule by which storage, questions and the example follow from fields. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pathsOf } from '../../../api/query/field-selection.js';
import { declare } from '../../../mappings/views/declare.js';
import * as kinds from '../../../mappings/views/kinds.js';

const { count, decimal, flag, id, listOf, money, moneyByCurrency, object, oneOf, sources, text, texts, time } = kinds;

const SETTINGS = { businessTimeZone: 'UTC', reportingCurrency: 'EUR' };
const COMMON = { id: 'parcelId', access: { scope: 'orders:read' }, defaultSort: 'name', relevance: false } as const;

const fields = {
  parcelId: id({ search: 'whole', example: 'p-1' }),
  name: text({ nullable: true, sort: 'name', search: { weight: 5 }, filter: 'named' }),
  note: text({ nullable: true }),
  kind: oneOf(['box', 'bag'], { filter: 'kind' }),
  labels: texts({ filter: 'label', search: { weight: 2, as: 'labelled' } }),
  sentAt: time({ nullable: true, sort: 'sentAt', time: 'sent', missingLast: true }),
  fragile: flag({ filter: 'fragile' }),
  weight: decimal({ range: 'weight', sort: 'weight' }),
  worth: money({ range: 'worth', currency: 'currency' }),
  currency: text({ filter: 'currency', example: 'EUR' }),
  fees: moneyByCurrency({ range: 'fees' }),
  receiver: object({ customerId: id({ filter: 'customerId' }), parcelId: id(), since: time({ index: true }) }),
  boxes: listOf(
    { items: listOf({ sku: id({ filter: 'sku', search: 'whole' }), tags: texts({ filter: 'tag' }) }), size: count() },
    { omitted: true, needs: 'products:read' },
  ),
  sources: sources(),
};

const inElasticsearch = declare({ store: 'elasticsearch', ...COMMON }, fields);
const inMongo = declare(
  { store: 'mongodb', ...COMMON, hidden: { filter: 'kind', values: ['bag'], unless: 'bags' } },
  fields,
);

const parcel = {
  ...inMongo.example,
  name: '𠮷 box',
  labels: ['red', 'small'],
  fees: { EUR: 3, CNY: 9 },
  boxes: [
    {
      items: [
        { sku: 's-1', tags: ['a'] },
        { sku: 's-2', tags: [] },
      ],
      size: 1,
    },
    { items: [{ sku: 's-3', tags: ['b', 'a'] }], size: 2 },
  ],
  sources: { 'orders/a.b$': 1, 'customers/__proto__': null },
};

describe('a declaration in Elasticsearch', () => {
  it('indexes what may be asked by, and keeps the rest in the source', () => {
    const keyword = { type: 'keyword' };
    const date = { type: 'date', format: 'strict_date_time' };
    const unindexed = { type: 'object', enabled: false };
    expect(inElasticsearch.storage).toMatchObject({
      settings: { 'index.mapping.nested_objects.limit': 1_000_000 },
      properties: {
        ...{ parcelId: keyword, name: keyword, note: unindexed, kind: keyword, labels: keyword, sentAt: date },
        ...{ fragile: { type: 'boolean' }, weight: { type: 'double' }, worth: { type: 'long' }, currency: keyword },
        fees: { type: 'nested' },
        receiver: { properties: { customerId: keyword, parcelId: unindexed, since: date } },
        boxes: { properties: { items: { properties: { sku: keyword, tags: keyword } }, size: unindexed } },
        sources: unindexed,
        keys: { properties: { fees: { type: 'long' } } },
        search: { properties: { parcelId: { type: 'keyword', doc_values: false }, name: { type: 'text' } } },
      },
    });
  });

  it('needs no limit of amounts where there are none', () => {
    const { storage } = declare(
      { store: 'elasticsearch', ...COMMON },
      { parcelId: id(), name: text({ sort: 'name' }) },
    );
    expect(storage).toEqual({
      store: 'elasticsearch',
      settings: {},
      properties: { parcelId: { type: 'keyword' }, name: { type: 'keyword' } },
    });
  });

  it('stores the whole text beside its words where it is asked for alone', () => {
    const { queries, toStored, storage } = declare(
      { store: 'elasticsearch', ...COMMON },
      {
        parcelId: id(),
        name: text({ sort: 'name', search: { weight: 5 }, suggest: true }),
        tags: texts({ search: { weight: 1, exact: 3, long: true } }),
      },
    );
    expect(queries.suggest).toEqual({ field: 'name', words: 'search.name', whole: 'search.nameOnly' });
    expect(queries.search).toEqual([
      { kind: 'text', field: 'search.name', shown: 'name', weight: 5 },
      {
        ...{ kind: 'text', field: 'search.tags', shown: 'tags', weight: 1, long: true },
        exact: { field: 'search.tagsOnly', bonus: 3 },
      },
    ]);
    expect(storage).toMatchObject({ properties: { search: { properties: { tagsOnly: { type: 'keyword' } } } } });
    const stored = toStored({ parcelId: 'p-1', name: 'Red Box', tags: ['So', 'La'] }, SETTINGS);
    expect(stored.search).toEqual({
      name: ['red box'],
      nameOnly: 'red box',
      tags: ['so', 'la'],
      tagsOnly: ['so', 'la'],
    });
  });

  it('sorts and compares by the fields themselves, but amounts by the key in one currency', () => {
    const { id: ownId, sorts, ranges } = inElasticsearch.queries;
    expect(ownId).toEqual({ name: 'parcelId', sortField: 'parcelId' });
    expect(sorts).toEqual({ name: { field: 'name' }, sentAt: { field: 'sentAt' }, weight: { field: 'weight' } });
    expect(ranges).toEqual({
      weight: { field: 'weight', type: 'number' },
      worth: { field: 'worth', type: 'integer', money: { currency: 'currency' } },
      fees: { field: 'keys.fees', type: 'integer', money: { amounts: 'fees' } },
    });
    expect(inElasticsearch.toStored(parcel, SETTINGS).keys).toEqual({ fees: 3 });
  });
});

describe('a declaration in MongoDB', () => {
  it('has an index for every sort, filter and text, in the order of the fields', () => {
    expect(inMongo.storage).toEqual({
      store: 'mongodb',
      indexes: [
        { 'keys.name': 1, 'keys.parcelId': 1 },
        { 'keys.sentAtMissing': 1, 'keys.sentAt': -1, 'keys.parcelId': 1 },
        { weight: -1, 'keys.parcelId': 1 },
        ...['name', 'kind', 'labels', 'fragile', 'currency', 'receiver.customerId'].map((path) => ({ [path]: 1 })),
        ...['boxes.items.sku', 'boxes.items.tags'].map((path) => ({ [path]: 1 })),
        ...['search.parcelId', 'search.name.terms', 'search.labelled.terms', 'search.sku'].map((path) => ({
          [path]: 1,
        })),
      ],
    });
  });

  it('sorts texts by code point, and what is missing last where that is declared', () => {
    expect(inMongo.queries.sorts).toEqual({
      name: { field: 'keys.name' },
      sentAt: { field: 'keys.sentAt', missing: 'keys.sentAtMissing' },
      weight: { field: 'weight' },
    });
    const keysOf = (document: object) => inMongo.toStored({ ...parcel, ...document }, SETTINGS).keys;
    const sentAt = '2026-11-01T10:00:00.000Z';
    expect(keysOf({ name: 'box', sentAt })).toEqual({
      parcelId: 'p-1',
      name: 'box',
      sentAt,
      sentAtMissing: false,
      fees: 3,
    });
    expect(keysOf({ name: null, sentAt: null, fees: {} })).toEqual({
      ...{ parcelId: 'p-1', name: '', sentAt: '', sentAtMissing: true, fees: 0 },
    });
    expect(keysOf({ name: '𠮷' })).not.toMatchObject({ name: '𠮷' });
  });
});

describe.each([inElasticsearch, inMongo])('a declaration in $storage.store', ({ queries, toStored, fromStored }) => {
  it('gathers what is searched out of lists in lists', () => {
    expect(toStored(parcel, SETTINGS).search).toMatchObject({ sku: ['s-1', 's-2', 's-3'] });
    expect(queries.search).toContainEqual({ kind: 'whole', field: 'search.sku', shown: 'boxes.items.sku' });
  });

  it('filters by kind', () => {
    expect(queries.filters).toEqual({
      named: { kind: 'keyword', field: 'name' },
      kind: { kind: 'keyword', field: 'kind', values: ['box', 'bag'] },
      label: { kind: 'keyword', field: 'labels' },
      fragile: { kind: 'boolean', field: 'fragile' },
      currency: { kind: 'keyword', field: 'currency' },
      customerId: { kind: 'id', field: 'receiver.customerId' },
      sku: { kind: 'id', field: 'boxes.items.sku' },
      tag: { kind: 'keyword', field: 'boxes.items.tags' },
    });
    expect(queries.times).toEqual({ sent: { field: 'sentAt' } });
    expect(queries.listOmits).toEqual(['boxes']);
  });

  it('keeps documents as they are, maps by free keys as lists', () => {
    const { keys: _, search: __, ...stored } = toStored(parcel, SETTINGS);
    expect(stored).toEqual({
      ...parcel,
      fees: [
        { currency: 'EUR', amount: 3 },
        { currency: 'CNY', amount: 9 },
      ],
      sources: [
        ['orders/a.b$', 1],
        ['customers/__proto__', null],
      ],
    });
    expect(fromStored(toStored(parcel, SETTINGS))).toEqual(parcel);
  });
});

describe('a declaration', () => {
  it('has an example that its own schema takes, as the fields say or of their kind', () => {
    expect(z.safeParse(inMongo.queries.fields, inMongo.example).error).toBeUndefined();
    expect(inMongo.example).toMatchObject({ parcelId: 'p-1', kind: 'box', currency: 'EUR', note: 'example' });
    expect(inMongo.example.boxes).toEqual([{ items: [{ sku: 'example', tags: ['example'] }], size: 1 }]);
  });

  it('marks each field alone', () => {
    const marked = text({ nullable: true, personal: true });
    expect(kinds.fieldMarks.get(marked.schema)).toEqual({ personal: true });
    expect(kinds.fieldMarks.get(text({ nullable: true }).schema)).toBeUndefined();
    expect(kinds.fieldMarks.get(fields.boxes.schema)).toEqual({ needs: 'products:read' });
    expect(pathsOf(inMongo.queries.fields)).toContain('boxes.items.tags');
  });

  const parcelId = id();
  const top = { store: 'elasticsearch', ...COMMON, defaultSort: 'parcelId' as never } as const;
  it.each<[string, kinds.Fields, string]>([
    ['a name that is none', { ['__proto__']: text() }, 'The field __proto__ needs a name'],
    ['a name with a dot', { 'a.b': text() }, 'The field a.b needs a name'],
    ['a name further inside that is none', { a: object({ $b: text() }) }, 'The field a.$b needs a name'],
    ['a name that is taken', { search: text() }, 'The name search is taken'],
    ['two filters of one name', { a: text({ filter: 'x' }), b: flag({ filter: 'x' }) }, 'Two fields have the filter x'],
    [
      'two searched fields of one name',
      { name: text({ search: 'whole' }), a: object({ name: text({ search: { weight: 1 } }) }) },
      'Two fields are stored as search.name',
    ],
    ['a sort within a list', { a: listOf({ b: count({ sort: 'b' }) }) }, 'The field a.b is within another'],
    ['amounts within an object', { a: object({ b: moneyByCurrency() }) }, 'The field a.b is within another'],
    [
      'an amount of unknown currency',
      { a: money({ range: 'a' }) },
      "The field a has a range and must name its currency's",
    ],
    ['a currency that is not there', { a: money({ range: 'a', currency: 'b' }) }, 'The field b tells whose documents'],
    ['a completed text that is not searched', { a: text({ suggest: true }) }, 'The field a is completed'],
  ])('refuses %s', (_, others, sentence) => {
    expect(() => declare(top, { parcelId, ...others })).toThrow(sentence);
  });

  it('refuses a customer by whom documents cannot be filtered', () => {
    const access = { scope: 'orders:read', customer: 'owner' } as const;
    expect(() => declare({ ...top, access }, { parcelId, owner: id() })).toThrow('The field owner tells whose');
  });

  it('refuses completions and whole texts in MongoDB, which has none', () => {
    const completed = { parcelId, a: text({ suggest: true, search: { weight: 1 } }) };
    expect(() => declare({ ...top, store: 'mongodb' }, completed)).toThrow('The field a is completed');
    const exact = { parcelId, a: text({ search: { weight: 1, exact: 2 } }) };
    expect(() => declare({ ...top, store: 'mongodb' }, exact)).toThrow('The field a may not say');
  });

  it('refuses a field that would be shown as null and may not be', () => {
    expect(() => text({ personal: true })).toThrow('declare it nullable');
  });

  it('does not compile with uses that its kind does not have', () => {
    // @ts-expect-error -- misspelt
    text({ filter: 'a', serach: 'whole' });
    // @ts-expect-error -- no number
    text({ filter: 'a', range: 'a' });
    // @ts-expect-error -- lists are empty, never null
    texts({ nullable: true });
    // @ts-expect-error -- not one of them
    oneOf(['a', 'b'], { example: 'c' });
  });
});
