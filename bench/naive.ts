/**
 * What one writes first: a consumer that, event by event, reads the documents that the event affects, changes and
 * writes them back. It does the same work as the projector but for what would be hard this way: it forgets that events
 * come late, twice or for something deleted, and customers keep the product names of the day of the order.
 */
import { Kafka, logLevel } from 'kafkajs';
import { onCustomer } from './naive/customers.js';
import type { NaiveEvent } from './naive/event.js';
import { onOrder } from './naive/orders.js';
import { onProduct } from './naive/products.js';
import { NaiveStores } from './naive/stores.js';
import { readTask, type Task, tell } from './program.js';

const task = readTask<Task>();
const stores = await NaiveStores.open(task.addresses, task.namespace);
const handlers = new Map([
  [task.topics.customers, onCustomer],
  [task.topics.products, onProduct],
  [task.topics.orders, onOrder],
]);

const kafka = new Kafka({ brokers: task.addresses.KAFKA_BROKERS.split(','), logLevel: logLevel.WARN });
const consumer = kafka.consumer({ groupId: task.namespace });
consumer.on(consumer.events.GROUP_JOIN, () => tell({ at: 'begun' }));
await consumer.connect();
await consumer.subscribe({ topics: [...handlers.keys()], fromBeginning: true });
let left = task.events;
await consumer.run({
  eachMessage: async ({ topic, message: { value } }) => {
    if (value !== null) await handlers.get(topic)?.(stores, JSON.parse(value.toString()) as NaiveEvent);
    left -= 1;
    if (left === 0) tell({ at: 'done', documents: stores.written, asideSeconds: 0 });
  },
});
