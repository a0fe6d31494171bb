import { Kafka, logLevel } from 'kafkajs';
import { quietIdleConnections } from '../kafkajs/idle-connections.js';
import { placeOf } from '../secrets.js';
import { PROBE_TIMEOUT_MS, type Server } from './server.js';

export function kafkaServer(brokers: readonly string[], clientId: string): Server {
  return {
    ...{ name: 'Kafka', setting: 'KAFKA_BROKERS', address: brokers.map(placeOf).join(', ') },
    async probe() {
      quietIdleConnections();
      const kafka = new Kafka({
        clientId,
        brokers: [...brokers],
        connectionTimeout: PROBE_TIMEOUT_MS,
        requestTimeout: PROBE_TIMEOUT_MS,
        // Each of the brokers once: trying again is the caller's, and so is telling of it.
        retry: { retries: 0, initialRetryTime: 50 },
        logLevel: logLevel.NOTHING,
      });
      const admin = kafka.admin();
      try {
        await admin.connect();
        // Brokers answer before they have found the one that decides.
        await admin.listTopics();
      } finally {
        await admin.disconnect();
      }
    },
  };
}
