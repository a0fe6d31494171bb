import { describe, expect, it } from 'vitest';
import { encodeCursor } from '../../../api/query/cursor.js';
import { accepted, read, refusals, refused, SECRET } from '../asking.js';

const id = (field: string) => ({ by: 'field', field, descending: false });

describe('filters', () => {
  it('takes repeated and comma-separated values together', () => {
    expect(accepted('orders', 'city=a,b&city=c&includeCancelled=true').query.conditions).toEqual([
      { kind: 'anyOf', field: 'city', values: ['a', 'b', 'c'] },
    ]);
  });

  it('refuses a status that does not exist and names those that do', () => {
    expect(refusals('orders', 'status=paid,gone')).toEqual([
      { parameter: 'status', message: expect.stringMatching(/"gone".*cancelled.*shipped/) },
    ]);
  });

  it('does not check the values of free fields', () => {
    expect(refused('orders', 'city=%00&level=$ne&category=&totalMin=x')).toEqual(['totalMin']);
  });

  it('takes true and false only for a boolean', () => {
    expect(accepted('products', 'onShelf=true').query.conditions).toEqual([
      { kind: 'anyOf', field: 'onShelf', values: [true] },
    ]);
    expect(refused('products', 'onShelf=1')).toEqual(['onShelf']);
  });

  it('has a comma and a backslash inside a value where they are escaped', () => {
    expect(
      accepted('products', String.raw`category=Audio\, Video & Multimedia`.replace('&', '%26')).query,
    ).toMatchObject({
      conditions: [{ field: 'category', values: ['Audio, Video & Multimedia'] }],
    });
    expect(accepted('products', String.raw`brand=a\,b,c\\,d&brand=e\,&brand=`).query).toMatchObject({
      conditions: [{ field: 'brand', values: ['a,b', 'c\\', 'd', 'e,', ''] }],
    });
    // A list of names has one parser with lists of values.
    expect(refusals('orders', String.raw`fields=total\,city`)).toEqual([
      { parameter: 'fields', message: expect.stringContaining('"total,city"') },
    ]);
  });

  it('excludes, alone and together with what is chosen', () => {
    expect(accepted('orders', 'cityNot=a,b&city=c&includeCancelled=true').query.conditions).toEqual([
      { kind: 'anyOf', field: 'city', values: ['c'] },
      { kind: 'noneOf', field: 'city', values: ['a', 'b'] },
    ]);
    expect(accepted('products', 'onShelfNot=true').query.conditions).toEqual([
      { kind: 'noneOf', field: 'onShelf', values: [true] },
    ]);
    expect(refused('orders', 'statusNot=paid,gone')).toEqual(['statusNot']);
  });

  it.each(['orderIdNot', 'customerIdNot', 'productIdNot', 'totalNot', 'statusNotNot'])('does not know %s', (name) =>
    expect(refused('orders', `${name}=x`)).toEqual([name]),
  );

  it.each([
    ['orders', 'orderId', 'orderId'],
    ['orders', 'customerId', 'customer.customerId'],
    ['orders', 'productId', 'lines.productId'],
    ['products', 'productId', 'productId'],
    ['customers', 'customerId', 'customerId'],
  ] as const)('finds %s by up to 100 of %s', (view, name, field) => {
    const ids = Array.from({ length: 100 }, (_, i) => `x-${i}`);
    expect(accepted(view, `${name}=${ids}`).query.conditions[0]).toEqual({ kind: 'anyOf', field, values: ids });
    expect(refused(view, `${name}=${ids},one-more`)).toEqual([name]);
  });

  it('limits the number of values', () => {
    expect(accepted('orders', `city=${Array(200).fill('x')}`)).toBeDefined();
    expect(refused('orders', `city=${Array(201).fill('x')}`)).toEqual(['city']);
  });
});

describe('cancelled and rejected orders', () => {
  const hidden = { kind: 'noneOf', field: 'status', values: ['cancelled', 'rejected'] };

  it('are hidden by default and with includeCancelled=false', () => {
    expect(accepted('orders', '').query.conditions).toEqual([hidden]);
    expect(accepted('orders', 'includeCancelled=false').query.conditions).toEqual([hidden]);
  });

  it('are shown with includeCancelled=true', () => {
    expect(accepted('orders', 'includeCancelled=true').query.conditions).toEqual([]);
  });

  it('are hidden whatever else is asked, by exclusion or by id', () => {
    expect(accepted('orders', 'statusNot=paid').query.conditions).toContainEqual(hidden);
    expect(accepted('orders', 'orderId=o-1').query.conditions).toContainEqual(hidden);
    expect(accepted('orders', 'status=paid&statusNot=paid').query.conditions).not.toContainEqual(hidden);
  });

  it('are found when the status names them', () => {
    expect(accepted('orders', 'status=cancelled').query.conditions).toEqual([
      { kind: 'anyOf', field: 'status', values: ['cancelled'] },
    ]);
  });

  it.each([
    'includeCancelled=',
    'includeCancelled=1',
    'includeCancelled=TRUE',
    'includeCancelled',
    'status=paid&includeCancelled=yes',
  ])('refuses %s', (query) => expect(refused('orders', query)).toEqual(['includeCancelled']));
});

describe('ranges and times', () => {
  it('takes both ends', () => {
    expect(accepted('customers', 'orderCountMin=1&orderCountMax=9007199254740991').query.conditions).toEqual([
      { kind: 'range', field: 'orderCount', min: 1, max: 9007199254740991 },
    ]);
    expect(accepted('customers', 'lastOrderFrom=2026-11-01T00:00:00%2B08:00').query.conditions).toEqual([
      { kind: 'time', field: 'lastOrderAt', from: '2026-10-31T16:00:00.000Z' },
    ]);
  });

  it.each(['9007199254740992', '1.5', '1e3', '0x10', ' 1', '', 'NaN', '١'])('refuses %j as a whole number', (value) => {
    expect(refused('orders', `totalMin=${encodeURIComponent(value)}`)).toEqual(['totalMin']);
  });

  it('takes decimals where the field has them', () => {
    expect(accepted('products', 'returnRate30dMax=0.25').query.conditions).toEqual([
      { kind: 'range', field: 'returnRate30d', max: 0.25 },
    ]);
    expect(refused('products', 'returnRate30dMax=.5')).toEqual(['returnRate30dMax']);
  });
});

describe('sort', () => {
  it('ends with the id', () => {
    expect(accepted('orders', 'sort=-total,status').query.sort).toEqual([
      { by: 'field', field: 'total', descending: true },
      { by: 'field', field: 'status', descending: false },
      id('orderId'),
    ]);
  });

  it('puts missing values last', () => {
    expect(accepted('customers', '').query.sort).toEqual([
      id('keys.lastOrderAtMissing'),
      { by: 'field', field: 'keys.lastOrderAt', descending: true },
      id('keys.customerId'),
    ]);
  });

  it('is by relevance when words are given, where there is such a thing, then by default', () => {
    const bestSold = { by: 'field', field: 'sales30d', descending: true };
    expect(accepted('products', 'q=x').query.sort).toEqual([{ by: 'relevance' }, bestSold, id('productId')]);
    expect(accepted('products', 'q=x&sort=relevance,price').query.sort).toEqual([
      { by: 'relevance' },
      id('price'),
      bestSold,
      id('productId'),
    ]);
    expect(accepted('products', 'q=x&sort=sales30d,relevance').query.sort).toEqual([
      id('sales30d'),
      { by: 'relevance' },
      id('productId'),
    ]);
    expect(accepted('products', 'q=x&sort=name').query.sort).toEqual([id('name'), id('productId')]);
    expect(accepted('customers', 'q=x').query.sort).toEqual(accepted('customers', '').query.sort);
  });

  it.each([
    'relevance',
    '-relevance&q=x',
    'total,-total',
    'total,,',
    'orderId',
    '__proto__',
    'toString',
    '--total',
    '',
  ])('refuses sort=%s', (sort) => expect(new Set(refused('orders', `sort=${sort}`))).toEqual(new Set(['sort'])));

  it('refuses relevance for customers', () => {
    expect(refused('customers', 'q=x&sort=relevance')).toEqual(['sort']);
  });
});

describe('paging', () => {
  it('has 20 items on page 1 by default', () => {
    expect(accepted('orders', '')).toMatchObject({ page: 1, query: { size: 20, skip: 0, after: null } });
  });

  it('cuts sizes above 100', () => {
    expect(accepted('orders', 'size=101').query.size).toBe(100);
    expect(accepted('orders', `size=${'9'.repeat(400)}`).query.size).toBe(100);
  });

  it('reaches to page × size = 10,000, with the size that counts', () => {
    expect(accepted('orders', 'page=100&size=500').query.skip).toBe(9_900);
    expect(refused('orders', 'page=101&size=500')).toEqual(['page']);
    expect(accepted('orders', 'page=500').query.skip).toBe(9_980);
    expect(refused('orders', 'page=501')).toEqual(['page']);
  });

  it.each(['size=0', 'size=-1', 'size=1.5', 'size=', 'size=1&size=2', 'page=0', 'page=x'])('refuses %s', (query) => {
    expect(refused('orders', query)).toHaveLength(1);
  });
});

describe('cursor', () => {
  const cursorOf = (query: string, view: 'orders' | 'products' = 'orders', generation = 1) =>
    encodeCursor({ generation, fingerprint: accepted(view, query).fingerprint, after: [1, 'a'] }, SECRET);

  it('goes on after the sort values, with any size, and has no page number', () => {
    const cursor = cursorOf('city=a,b');
    expect(accepted('orders', `city=b&city=a&size=7&cursor=${cursor}`)).toMatchObject({
      page: null,
      query: { after: [1, 'a'], size: 7, skip: 0 },
    });
  });

  it.each(['city=a', 'city=a,b,c', 'city=a,b&sort=total', 'city=a,b&q=x', 'city=a,b&includeCancelled=true', ''])(
    'is refused for another filter or sort: %s',
    (query) => expect(refused('orders', `${query}&cursor=${cursorOf('city=a,b')}`)).toEqual(['cursor']),
  );

  it('is refused for another view', () => {
    expect(refused('products', `cursor=${cursorOf('', 'orders')}`)).toEqual(['cursor']);
  });

  it('is refused together with page', () => {
    expect(refused('orders', `page=1&cursor=${cursorOf('')}`)).toEqual(['cursor']);
  });

  it('is refused when empty or made up', () => {
    for (const cursor of ['', 'x', 'AAAA', 'null', Buffer.alloc(100).toString('base64url')]) {
      expect(refused('orders', `cursor=${cursor}`)).toEqual(['cursor']);
    }
  });

  it('expires with its generation', () => {
    expect(read('orders', `cursor=${cursorOf('', 'orders', 1)}`, [], 2)).toEqual({ kind: 'expired' });
  });

  it('belongs to what the path sets, too', () => {
    const other = { kind: 'anyOf', field: 'customer.customerId', values: ['c-2'] } as const;
    expect(read('orders', `cursor=${cursorOf('')}`, [other])).toMatchObject({ kind: 'refused' });
  });
});

describe('fields', () => {
  it('takes paths of the document and keeps the id', () => {
    expect(accepted('orders', 'fields=customer.name,lines.name,total').selection).toEqual({
      orderId: true,
      customer: { name: true },
      lines: { name: true },
      total: true,
    });
  });

  it('names what is allowed', () => {
    expect(refusals('customers', 'fields=secret,keys.name,totalSpent.CNY')).toEqual([
      {
        parameter: 'fields',
        message: expect.stringMatching(/"secret", "keys.name", "totalSpent.CNY".*recentOrders\.lines\.name/),
      },
    ]);
  });

  it('fetches what lists omit only when it is named', () => {
    expect(accepted('customers', '').query.without).toEqual(['recentOrders']);
    expect(accepted('customers', 'fields=recentOrders.total').query.without).not.toContain('recentOrders');
  });

  it('fetches what is named, whose it is, and what is highlighted, and of objects the first field with what is named', () => {
    expect(accepted('customers', 'fields=recentOrders.total,totalSpent').query.without).toEqual([
      ...['lastOrderAt', 'orderCount', 'email', 'phone', 'name', 'registeredAt', 'level', 'city'],
      ...['openOrders', 'cancelledOrders', 'recentOrders.status', 'recentOrders.placedAt', 'recentOrders.currency'],
      ...['recentOrders.itemCount', 'recentOrders.lineCount', 'recentOrders.lines', 'sources'],
    ]);
    const { without } = accepted('orders', 'q=x&highlight=true&fields=status').query;
    expect(without).not.toContain('lines');
    expect(without).not.toContain('lines.name');
    expect(without).toContain('lines.brand');
    expect(without).toContain('customer.level');
  });
});

describe('q', () => {
  const phrasesOf = (q: string) => {
    const { search } = accepted('products', `q=${encodeURIComponent(q)}`).query;
    return search?.kind === 'words' ? search.phrases.map(({ words }) => words.join(' ')) : null;
  };

  it('is cut into phrases at blanks, and these into words', () => {
    expect(accepted('products', 'q=+苹果++Wi-Fi - ').query.search).toMatchObject({
      whole: '苹果  wi-fi -',
      phrases: [
        { words: ['苹', '果'], whole: '苹果' },
        { words: ['wi', 'fi'], whole: 'wi-fi' },
      ],
    });
    expect(phrasesOf('AA-100MM iPhone\u300015')).toEqual(['aa 100mm', 'iphone', '15']);
    expect(phrasesOf('tea TEA Tea')).toEqual(['tea']);
    expect(accepted('products', 'q=tea+TEA+set').query.search).toMatchObject({ row: ['tea', 'tea', 'set'] });
    expect(phrasesOf('*')).toEqual([]);
  });

  it('asks for nothing when blank, or when there is nothing to see', () => {
    expect(accepted('products', 'q=%20').query.search).toBeNull();
    expect(accepted('products', 'q=%E2%80%8B%C2%AD').query.search).toBeNull();
  });

  it('has up to 1,000 characters', () => {
    expect(phrasesOf('果'.repeat(1_000))).toHaveLength(1);
    expect(phrasesOf('𠮷 '.repeat(500))).toEqual(['𠮷']);
    expect(refused('products', `q=${'x'.repeat(1_001)}`)).toEqual(['q']);
  });

  it('is looked for with its first 64 words', () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);
    expect(phrasesOf(numbers(64).join(' '))).toEqual(numbers(64));
    expect(phrasesOf(numbers(70).join(' '))).toEqual(numbers(64));
    expect(phrasesOf(`a b ${numbers(70).join('-')}`)).toEqual(['a', 'b', numbers(62).join(' ')]);
    expect(phrasesOf('果'.repeat(70))).toEqual([Array(64).fill('果').join(' ')]);
  });
});

describe('near spellings', () => {
  it('are found where relevance can put them last', () => {
    expect(accepted('products', 'q=x').query.search).toMatchObject({ nearSpellings: true });
    expect(accepted('products', 'q=x&sort=name').query.search).toMatchObject({ nearSpellings: false });
    expect(accepted('customers', 'q=x').query.search).toMatchObject({ nearSpellings: false });
  });

  it('are not looked for where a long text was copied', () => {
    expect(accepted('products', 'q=a+b+c+d+e+f+g+h+i+j').query.search).toMatchObject({ nearSpellings: true });
    expect(accepted('products', 'q=a+b+c+d+e+f+g+h+i+j+k').query.search).toMatchObject({ nearSpellings: false });
  });
});

describe('highlight', () => {
  it('is for lists with words', () => {
    expect(accepted('orders', 'q=x&highlight=true').query.highlight).toBe(true);
    expect(accepted('customers', 'q=x&highlight=true').query.highlight).toBe(true);
    expect(accepted('orders', 'q=x&highlight=false').query.highlight).toBe(false);
    expect(accepted('orders', 'highlight=false').query.highlight).toBe(false);
    for (const query of ['highlight=true', 'highlight=true&q=%20', 'highlight=yes&q=x', 'highlight=']) {
      expect(refused('products', query), query).toEqual(['highlight']);
    }
  });
});

describe('facets', () => {
  it.each(['customerId', 'productId', 'orderId', 'total', 'placed', 'status,x', ''])('refuses facets=%s', (facets) =>
    expect(refused('orders', `facets=${facets}`)).toEqual(['facets']),
  );

  it('counts any equality parameter but ids', () => {
    expect(
      accepted('orders', 'facets=status,category&facets=currency,city,level,paymentMethod').query.facets.map(
        (f) => f.name,
      ),
    ).toEqual(['status', 'category', 'currency', 'city', 'level', 'paymentMethod']);
  });
});

describe('multiSelect', () => {
  const conditionsOf = (query: string) =>
    Object.fromEntries(accepted('orders', query).query.facets.map(({ name, conditions }) => [name, conditions]));
  const chosen = 'status=paid&statusNot=locked&city=a&totalMin=5';
  const paid = { kind: 'anyOf', field: 'status', values: ['paid'] };
  const locked = { kind: 'noneOf', field: 'status', values: ['locked'] };
  const city = { kind: 'anyOf', field: 'city', values: ['a'] };
  const total = { kind: 'range', field: 'total', min: 5 };
  const hidden = (...values: string[]) => ({ kind: 'noneOf', field: 'status', values });

  it('lets a facet ignore what its own filter chooses and excludes, and nothing else', () => {
    expect(conditionsOf(`${chosen}&facets=status,city,level&multiSelect=true`)).toEqual({
      status: [city, hidden('cancelled', 'rejected'), total],
      city: [paid, locked, total],
      level: [paid, locked, city, total],
    });
    const plain = accepted('orders', `${chosen}&facets=status,city`).query;
    for (const { conditions } of plain.facets) expect(conditions).toEqual(plain.conditions);
  });

  it('still hides what is hidden by default, unless it is named', () => {
    expect(conditionsOf('facets=status&multiSelect=true')).toEqual({ status: [hidden('cancelled', 'rejected')] });
    expect(conditionsOf('facets=status&multiSelect=true&status=cancelled')).toEqual({ status: [hidden('rejected')] });
    expect(conditionsOf('facets=status&multiSelect=true&status=paid&includeCancelled=true')).toEqual({ status: [] });
  });

  it('does not change the list that a cursor belongs to', () => {
    const { fingerprint } = accepted('orders', chosen);
    expect(accepted('orders', `${chosen}&facets=status&multiSelect=true&stats=total`).fingerprint).toBe(fingerprint);
  });

  it('keeps to what the path sets, though it is the field of the facet', () => {
    const fixed = { kind: 'anyOf', field: 'city', values: ['mine'] } as const;
    const [facet] = accepted('orders', 'city=a&facets=city&multiSelect=true&includeCancelled=true', [fixed]).query
      .facets;
    expect(facet?.conditions).toEqual([fixed]);
  });

  it.each(['multiSelect=', 'multiSelect=yes', 'multiSelect=true&multiSelect=true'])('refuses %s', (query) =>
    expect(refused('orders', query)).toEqual(['multiSelect']),
  );
});

describe('stats', () => {
  it('are of ranges', () => {
    expect(accepted('products', 'stats=price,sales30d&stats=revenue30d').query.stats.map(({ name }) => name)).toEqual([
      'price',
      'sales30d',
      'revenue30d',
    ]);
  });

  it.each(['status', 'placed', 'totalMin', 'total,x', ''])('refuses stats=%s', (stats) =>
    expect(refused('orders', `stats=${stats}`)).toEqual(['stats']),
  );
});

describe('all problems', () => {
  it('are named at once', () => {
    expect(refused('orders', 'foo=1&status=x&size=0&totalMin=a&placedFrom=b&sort=c&fields=d&total=e&page=f')).toEqual([
      'fields',
      'foo',
      'page',
      'placedFrom',
      'size',
      'sort',
      'status',
      'total',
      'totalMin',
    ]);
  });

  it.each([
    'status[$ne]=x',
    'status[]=paid',
    '$where=1',
    '__proto__=1',
    'constructor=1',
    'Status=paid',
    'productIdNot=x',
  ])('include the unknown parameter of %s', (query) => expect(refused('orders', query)).toEqual([query.split('=')[0]]));

  it('include what is not UTF-8', () => {
    expect(refused('orders', 'city=%FF')).toEqual(['city']);
    expect(refused('orders', 'city=%')).toEqual(['city']);
  });
});
