import type { Admin } from 'kafkajs';
import type { ServerReport } from '../operations/doctor.js';

/** What `projector doctor` asks Kafka: its protocol tells neither its version nor its time. */
export async function examineKafka(admin: Admin): Promise<ServerReport> {
  const { brokers, controller } = await admin.describeCluster();
  return {
    version: `${brokers.length} broker(s)`,
    supported: true,
    remarks:
      controller === null
        ? [{ verdict: 'warn', detail: 'it has no controller now', cure: 'Look at the logs of its brokers.' }]
        : [],
    clockAheadMs: null,
  };
}
