import { describe, expect, it } from 'vitest';
import { linkHeader } from '../../../api/routes/links.js';

describe('links', () => {
  const place = { path: '/v1/orders', pairs: [], size: 100 };

  it('go on by cursor where page × size would be beyond 10,000', () => {
    expect(linkHeader({ ...place, page: 99, next: 'abc' })).toContain('</v1/orders?page=100>; rel="next"');
    expect(linkHeader({ ...place, page: 100, next: 'abc' })).toContain('</v1/orders?cursor=abc>; rel="next"');
  });

  it('keep every other parameter, encoded', () => {
    const pairs = [
      ['q', '苹果 & <x>'],
      ['page', '2'],
    ] as const;
    const header = linkHeader({ ...place, pairs, page: 2, next: null });
    expect(header).toBe(
      '</v1/orders?q=%E8%8B%B9%E6%9E%9C%20%26%20%3Cx%3E&page=1>; rel="first", ' +
        '</v1/orders?q=%E8%8B%B9%E6%9E%9C%20%26%20%3Cx%3E&page=1>; rel="prev"',
    );
  });

  it('leave out a target that no header could hold', () => {
    expect(linkHeader({ ...place, page: null, next: 'x'.repeat(5_000) })).toBe('</v1/orders>; rel="first"');
  });
});
