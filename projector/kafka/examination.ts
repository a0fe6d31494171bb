import type { Admin, Producer } from 'kafkajs';
import { messageOf } from '../../runtime/retrying.js';
import type { Clock } from '../ports/clock.js';
import type { ServerReport } from '../ports/examination.js';
import { brokerAheadMs } from './clock-probe.js';

type Remark = ServerReport['remarks'][number];

/** What `projector doctor` asks Kafka: its protocol does not tell its version. */
export async function examineKafka(
  admin: Admin,
  producer: Producer,
  namespace: string,
  clock: Clock,
): Promise<ServerReport> {
  await Promise.all([admin.connect(), producer.connect()]);
  const { brokers, controller } = await admin.describeCluster();
  const remarks: Remark[] = [];
  if (controller === null) {
    remarks.push({ verdict: 'warn', detail: 'it has no controller now', cure: 'Look at the logs of its brokers.' });
  }
  const clockAheadMs = await brokerAheadMs(admin, producer, namespace, clock.now).catch((error: unknown) => {
    remarks.push({
      ...{ verdict: 'warn', detail: `its clock could not be compared: ${messageOf(error)}` },
      cure: `Let topics ${namespace}.* be created, written to and deleted; or compare the clocks otherwise.`,
    });
    return null;
  });
  return { version: `${brokers.length} broker(s)`, supported: true, remarks, clockAheadMs };
}
