/** What the doctor says when a server is away, slow, or has another time. */
import { describe, expect, it } from 'vitest';
import { type DoctorPorts, examine } from '../../../projector/operations/doctor.js';
import type { Check, ServerReport } from '../../../projector/ports/examination.js';

const WELL: ServerReport = { version: '1', supported: true, remarks: [], clockAheadMs: 0 };
const AWAY = 'MongoDB does not answer at mongodb://host:1 (MONGODB_URL): connect ECONNREFUSED';

function ports(more: Partial<DoctorPorts> = {}): DoctorPorts {
  const never = () => expect.unreachable('asked though a server that it takes is away');
  const report = async () => WELL;
  return {
    registry: { read: never },
    ...{ storages: [], traces: [], drift: never, tickets: never },
    absent: async () => [],
    servers: { Kafka: report, Elasticsearch: report, MongoDB: report },
    retention: async () => [],
    ranges: async () => new Map(),
    ...more,
  };
}

function named(checks: readonly Check[], name: string): Check | undefined {
  return checks.find((check) => check.name === name);
}

describe('the doctor', () => {
  it('names a server that is away, looks at the others, and not at what would wait for it', async () => {
    const checks = await examine(ports({ absent: async (name) => (name === 'MongoDB' ? [AWAY] : []) }));
    expect(named(checks, 'MongoDB')).toMatchObject({ verdict: 'fail', detail: AWAY });
    expect(named(checks, 'Kafka')).toMatchObject({ verdict: 'ok' });
    expect(named(checks, 'generations')).toMatchObject({ detail: 'not looked at without MongoDB' });
  });

  it.each([
    [900, 'ok'],
    [-1_500, 'warn'],
    [7_200_000, 'fail'],
  ])("judges a server's clock that is %i ms ahead: %s", async (clockAheadMs, verdict) => {
    const checks = await examine(
      ports({
        absent: async (name) => (name === 'MongoDB' ? [AWAY] : []),
        servers: { ...ports().servers, Kafka: async () => ({ ...WELL, clockAheadMs }) },
      }),
    );
    expect(named(checks, 'Kafka: clock')).toMatchObject({
      verdict,
      detail: `${clockAheadMs} ms ahead of this machine`,
    });
  });
});
