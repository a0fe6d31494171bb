import { describe, expect, it } from 'vitest';
import { MixedLoad } from '../../bench/mixed-load.js';
import type { SampleEvent } from '../../sample/events.js';

const NOW = Date.parse('2026-11-21T05:00:00.000Z');

function said({ event: { type, subject, sequence, data } }: SampleEvent) {
  return { type, subject, sequence, data };
}

describe('the load of a shop', () => {
  it('is the same whatever other shops are there besides', () => {
    const [alone, among] = [new MixedLoad(200, 300, NOW), new MixedLoad(200, 300, NOW, 4)];
    const [few, many] = [[...alone.founding()], [...among.founding()]];
    expect(many).toHaveLength(4 * few.length);
    const isOfFirst = ({ key }: SampleEvent) => key.endsWith('-0');
    expect(many.filter(isOfFirst).map(said)).toEqual(few.map(said));
    expect([...among.events(500)].map(said)).toEqual([...alone.events(500)].map(said));
  });

  it('happens to what is there, and numbers what it says', () => {
    const load = new MixedLoad(100, 300, NOW);
    const last = new Map<string, number>();
    for (const { topic, key, event } of [...load.founding(), ...load.events(1000)]) {
      const sequence = last.get(`${topic}/${key}`) ?? 0;
      expect(event.sequence).toBe(String(sequence + 1));
      if (sequence === 0) expect(['customer.registered', 'product.created', 'order.placed']).toContain(event.type);
      last.set(`${topic}/${key}`, sequence + 1);
    }
  });
});
