/** What the real pipeline leaves of some events, as a question about one finds it. */
import type { EventPorts } from '../../../api/events/deliveries.js';
import { Shares } from '../../../api/fairness/shares.js';
import { AggregateLog } from '../../../api/history/aggregate-log.js';
import type { RecordSource } from '../../../api/ports/history.js';
import { mentionIn } from '../../../mappings/aggregates/erasure.js';
import { identityOf } from '../../../mappings/events/identity.js';
import { aggregates } from '../../../mappings/registry.js';
import { decodeState } from '../../../runtime/storage/state-codec.js';
import { liveProjection, toRecord } from '../../memory/projection.js';
import { SHOP_NOW } from '../../projector/pipeline/shop-events.js';
import type { PublishedEvent, Topic } from '../../recomputation-documents.js';

const SETTINGS = { businessTimeZone: 'Asia/Shanghai', reportingCurrency: 'CNY' };

/** When orders' offset 3 was passed; 4 a second later. */
export const PASSED_AT = Date.parse('2026-11-20T10:00:02Z');

/** Offsets are places in the list, whatever the topic; `unread`: so many of the last are in Kafka only. */
export async function traced(published: readonly PublishedEvent[], unread = 0): Promise<EventPorts> {
  const world = liveProjection({ now: SHOP_NOW, settings: SETTINGS });
  const seen = published.slice(0, published.length - unread);
  await world.run(seen, { batch: 5, workers: 1 });
  const records = published.map(toRecord);
  const quarantined = [...world.quarantine.records.values()].map(({ record, reason }) => {
    const { topic, partition, offset, aggregate } = record;
    const _id = `${topic}/${partition}/${offset}`;
    return { _id, topic, partition, offset, reason, event: identityOf(record), mention: mentionIn(aggregate, record) };
  });
  return {
    basis: {
      states: async (_, name, ids) => {
        const found = await world.aggregates.read(name, ids);
        return new Map([...found].map(([id, { state }]) => [id, state]));
      },
    },
    traces: {
      remembering: async (_, eventId) =>
        (Object.keys(aggregates) as Topic[]).flatMap((aggregate) =>
          [...world.aggregates.records[aggregate]]
            .map(([id, record]) => ({ aggregate, id, state: decodeState(record.state) }))
            .filter(({ state }) => state.remembered.some(({ version }) => version.eventId === eventId)),
        ),
      passed: async () =>
        new Map([
          [
            'orders/0',
            [
              [4, PASSED_AT],
              [5, PASSED_AT + 1_000],
            ],
          ],
        ]),
      quarantined: async (eventId) => quarantined.filter(({ event }) => event?.eventId === eventId),
      referring: async (_, reference, id, customerId, limit) =>
        (await world.aggregates.referring(reference, [id], limit))
          .map(({ orderId, customer }) => ({ orderId, customers: customer }))
          .filter(({ customers }) => customerId === null || customers.includes(customerId)),
    },
    log: logOf({
      at: async () => [],
      withKey: async (key, { topic, partition, from, to }) => ({
        records: records
          .filter((record) => record.topic === topic && record.offset >= from && record.offset < to)
          .filter((record) => record.key?.toString() === key)
          .map((record) => ({ ...record, topic, partition })),
        next: to,
        begins: 0,
        isAllRead: true,
      }),
    }),
    positions: {
      positions: async () =>
        new Map((await world.positions.read()).map(({ topic, partition, next }) => [`${topic}/${partition}`, next])),
    },
  };
}

export function logOf(records: RecordSource): AggregateLog {
  return new AggregateLog(records, { searchMsMax: 1_000, searchesMax: 2, bytesMax: 1_000_000 }, new Shares(100));
}
