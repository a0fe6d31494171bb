/** The options of the attack. */
import { parseArgs } from 'node:util';
import type { SiegeOptions } from './siege.js';

export const HELP = `npm run attack -- [options]

  --minutes N    how long honest callers are alone, and then how long they are attacked (5)
  --hostile N    the share of all requests that hostile callers make meanwhile, from 0 to 0.9 (0.2)
  --rate N       requests of honest callers in each second (40); the machine must carry it comfortably
  --orders N     orders of the shop (2000)
  --seed TEXT    decides the order of the attacks (the time)

It starts the embedded servers on free ports. KAFKA_BROKERS, ELASTICSEARCH_URL and MONGODB_URL name existing ones instead.
docs/attack.md says what is done and what is promised. Ends with 0 when every promise was kept, with 1 when one was broken.
`;

/** @throws TypeError that names the option. */
export function readSiegeOptions(args: readonly string[]): SiegeOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '5' },
      hostile: { type: 'string', default: '0.2' },
      rate: { type: 'string', default: '40' },
      orders: { type: 'string', default: '2000' },
      seed: { type: 'string', default: String(Date.now()) },
    },
  });
  return {
    seconds: numberFrom('minutes', values.minutes, 0.05, 1_440) * 60,
    hostileShare: numberFrom('hostile', values.hostile, 0, 0.9),
    rate: numberFrom('rate', values.rate, 1, 10_000),
    orders: Math.round(numberFrom('orders', values.orders, 100, 1_000_000)),
    seed: values.seed,
  };
}

function numberFrom(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= least && number <= most) return number;
  throw new TypeError(`--${name} is "${text}": give a number from ${least} to ${most}.`);
}
