import type { Random } from './random.js';

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** How busy the shop is in each hour of a Chinese day, 1 = busiest. */
const BUSTLE = [
  ...[0.25, 0.12, 0.06, 0.04, 0.04, 0.06, 0.15, 0.3, 0.5, 0.7, 0.85, 0.8],
  ...[0.75, 0.65, 0.6, 0.6, 0.6, 0.6, 0.65, 0.8, 0.95, 1, 0.85, 0.5],
];
const CHINA_OFFSET_MS = 8 * HOUR_MS;

/** A moment of milliseconds in [from, to), rarely at night. */
export function drawMoment(random: Random, from: number, to: number): number {
  for (;;) {
    const moment = Math.floor(from + random.next() * (to - from));
    const hour = new Date(moment + CHINA_OFFSET_MS).getUTCHours();
    if (random.chance(BUSTLE[hour] ?? 1)) return moment;
  }
}
