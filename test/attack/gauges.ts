/** What the API tells of itself at /metrics: how it fares, and what it holds. */
import type { Reply } from './honest.js';

export interface Gauges {
  readonly memoryMb: number;
  /** The 99th percentile of how late its event loop was since the last reading (ms). */
  readonly loopDelayMs: number;
  readonly inFlight: number;
  /** Questions that a store works on or that wait for their turn, of all stores. */
  readonly inStores: number;
  /** Circuits that are not closed. */
  readonly openCircuits: number;
}

/** @throws when the API does not tell. */
export async function readGauges(get: (path: string) => Promise<Reply>): Promise<Gauges> {
  const { status, body } = await get('/metrics');
  if (status !== 200) throw new Error(`The API answered /metrics with ${status}.`);
  return {
    memoryMb: sumOf(body, 'api_memory_bytes') / 1024 ** 2,
    loopDelayMs: sumOf(body, 'api_event_loop_delay_seconds') * 1000,
    inFlight: sumOf(body, 'api_requests_in_flight'),
    inStores: sumOf(body, 'api_store_active') + sumOf(body, 'api_store_queued'),
    openCircuits: valuesOf(body, 'api_store_circuit').filter((value) => value > 0).length,
  };
}

/** What the gauges say that is not over, as sentences. */
export function leftOf({ inFlight, inStores, openCircuits }: Gauges): string[] {
  return [
    ...(inFlight === 0 ? [] : [`${inFlight} requests are in flight still, though nobody asks.`]),
    ...(inStores === 0 ? [] : [`${inStores} questions to the stores are under way still, though nobody asks.`]),
    ...(openCircuits === 0 ? [] : [`The circuits of ${openCircuits} stores are not closed.`]),
  ];
}

function sumOf(body: string, name: string): number {
  return valuesOf(body, name).reduce((sum, value) => sum + value, 0);
}

/** Of all labels. @throws when there is none. */
function valuesOf(body: string, name: string): number[] {
  const values = [...body.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, text]) =>
    Number(text),
  );
  if (values.length === 0) throw new Error(`The API does not tell ${name} any more.`);
  return values;
}
