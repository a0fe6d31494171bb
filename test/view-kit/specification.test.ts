/** The kit must notice what it is there to notice. */
import { describe, expect, it } from 'vitest';
import { history } from './history.js';
import { given } from './specification.js';

const event = history('2026-11-20T10:00:00Z');
const registered = event('customer.registered', 'c-1', { name: '王芳' });
const renamed = event('customer.updated', 'c-1', { name: '王小明' });

describe('a specification', () => {
  it('fails when the document is another', async () => {
    await expect(given(registered).when(renamed).thenShows('customers', 'c-1', { name: '王芳' })).rejects.toThrow(
      /customers\/c-1, delivered in order/,
    );
    await expect(given(registered).then('customers', 'c-1', null)).rejects.toThrow();
    await expect(given().then('customers', 'c-1', { name: '王芳' })).rejects.toThrow();
  });

  it('fails when an event does not keep the contract', async () => {
    await expect(
      given(event('customer.registered', 'c-2', { name: 7 })).then('customers', 'c-2', null),
    ).rejects.toThrow(/contract/);
  });

  it('fails when it says no document', async () => {
    await expect(Promise.resolve<unknown>(given(registered))).rejects.toThrow(/says no document/);
  });

  it('says in which delivery the document was another', async () => {
    const undecided = event(
      'customer.updated',
      'c-1',
      { name: '李' },
      { sequence: null, time: '2026-11-20T10:00:01Z' },
    );
    await expect(
      given(registered, undecided).withDuplicates().thenShows('customers', 'c-1', { name: '李' }),
    ).rejects.toThrow(/customers\/c-1, delivered in order/);
  });

  it('numbers the events of each aggregate, and gives them times one after another', () => {
    const write = history('2026-11-20T10:00:00Z');
    expect(write('product.created', 'p-1').event).toMatchObject({ sequence: '1', time: '2026-11-20T10:00:01.000Z' });
    expect(write('product.deleted', 'p-2').event).toMatchObject({ sequence: '1', time: '2026-11-20T10:00:02.000Z' });
    expect(write('product.priced', 'p-1').event.sequence).toBe('2');
    expect(write('product.priced', 'p-1', {}, { sequence: 9 }).event.sequence).toBe('9');
    expect(write('product.priced', 'p-1').event.sequence).toBe('10');
    expect(write('product.priced', 'p-1', {}, { sequence: null }).event.sequence).toBeUndefined();
    expect(write('product.priced', 'p-1').event.sequence).toBe('11');
  });
});
