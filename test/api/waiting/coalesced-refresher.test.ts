import { describe, expect, it } from 'vitest';
import type { DocumentSet } from '../../../api/ports/documents.js';
import { CoalescedRefresher } from '../../../api/waiting/coalesced-refresher.js';
import { views } from '../../../mappings/registry.js';
import { settled } from './clock.js';

const orders: DocumentSet = { view: views.orders, generation: 1, revision: 1 };
const products: DocumentSet = { view: views.products, generation: 1, revision: 1 };

/** Each refresh ends when the test says so. */
function world() {
  const begun: { readonly documents: DocumentSet; end(error?: Error): Promise<void> }[] = [];
  const refresher = new CoalescedRefresher({
    refresh: (documents) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => {
          if (error === undefined) resolve();
          else reject(error);
          return settled();
        };
        begun.push({ documents, end });
      }),
  });
  const done: string[] = [];
  const ask = (who: string, documents = orders) => {
    refresher.refresh(documents).then(
      () => done.push(who),
      () => done.push(`${who} failed`),
    );
  };
  return { begun, done, ask };
}

describe('refreshes of an index', () => {
  it('go one at a time; the next begins after all that share it came', async () => {
    const { begun, done, ask } = world();
    ask('first');
    ask('second');
    ask('third');
    expect(begun).toHaveLength(1);
    await begun[0]?.end();
    expect(done).toEqual(['first']);
    expect(begun).toHaveLength(2);
    ask('fourth');
    await begun[1]?.end();
    expect(done).toEqual(['first', 'second', 'third']);
    expect(begun).toHaveLength(3);
    await begun[2]?.end();
    expect(done).toHaveLength(4);
    ask('fifth');
    expect(begun).toHaveLength(4);
  });

  it('of another index do not wait', () => {
    const { begun, ask } = world();
    ask('orders');
    ask('products', products);
    ask('another generation', { ...orders, generation: 2 });
    expect(begun).toHaveLength(3);
  });

  it('that fail are told to those who shared them, and the next goes on', async () => {
    const { begun, done, ask } = world();
    ask('first');
    ask('second');
    await begun[0]?.end(new Error('no shard'));
    await begun[1]?.end();
    expect(done).toEqual(['first failed', 'second']);
  });
});
