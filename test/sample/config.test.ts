import { describe, expect, it } from 'vitest';
import { readConfig } from '../../sample/config.js';

describe('the settings of the sample feeder', () => {
  it('have defaults, an empty variable counting as absent', () => {
    expect(readConfig({ SAMPLE_ORDERS: '' }, [])).toEqual({
      brokers: ['127.0.0.1:9092'],
      topics: { customers: 'customers', products: 'products', orders: 'orders' },
      seed: '1',
      orders: 20000,
      eventsPerSecond: 5,
      historyOnly: false,
    });
  });

  it('are taken from the environment and the flag', () => {
    const environment = { KAFKA_BROKERS: 'a:1,b:2', TOPIC_ORDERS: 'shop.orders', SAMPLE_EVENTS_PER_SECOND: '0' };
    const config = readConfig(environment, ['--history-only']);
    expect(config).toMatchObject({ brokers: ['a:1', 'b:2'], eventsPerSecond: 0, historyOnly: true });
    expect(config.topics.orders).toBe('shop.orders');
  });

  it('name every problem at once', () => {
    const environment = { KAFKA_BROKERS: 'nowhere', SAMPLE_ORDERS: '-1', SAMPLE_EVENTS_PER_SECOND: 'many' };
    expect(() => readConfig(environment, ['--fast'])).toThrow(
      /KAFKA_BROKERS.*SAMPLE_ORDERS.*SAMPLE_EVENTS_PER_SECOND.*--fast/,
    );
  });
});
