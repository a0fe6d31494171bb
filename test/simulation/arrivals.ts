/** In what order records reach the log: about as they happened, some out of order, some again, one malformed. */
import { compareVersions, type Version } from '../../mappings/events/event.js';
import type { PublishedEvent } from '../recomputation-documents.js';
import type { Climate } from './climate.js';
import type { Coverage } from './coverage.js';
import { drawHistory } from './history.js';
import type { Random } from './random.js';

/** `null` is a record that breaks the contract. */
export function drawArrivals(random: Random, climate: Climate, coverage: Coverage): (PublishedEvent | null)[] {
  const arriving: (PublishedEvent | null)[] = drawHistory(random);
  const events = arriving.length;
  for (let i = 0; i < events; i += 1) {
    if (!random.chance(climate.disorder)) continue;
    const moved = arriving.splice(random.between(0, events - 1), 1);
    arriving.splice(random.between(0, events - 1), 0, ...moved);
  }
  for (let i = 0; i < climate.duplicates; i += 1) {
    const at = random.between(0, arriving.length - 1);
    const again = arriving[at];
    if (again !== undefined) arriving.splice(random.between(at + 1, arriving.length), 0, again);
  }
  count(arriving, coverage);
  if (random.chance(0.5)) {
    arriving.splice(random.between(0, arriving.length), 0, null);
    coverage.count('a malformed record arrived');
  }
  return arriving;
}

function count(arriving: readonly (PublishedEvent | null)[], coverage: Coverage): void {
  const arrived = new Set<string>();
  const latest = new Map<string, Version>();
  for (const published of arriving) {
    if (published === null) continue;
    const { topic, event } = published;
    const key = `${topic}/${event.subject}`;
    const version = { sequence: Number(event.sequence ?? 0), time: Date.parse(event.time), eventId: event.id };
    const later = latest.get(key);
    if (arrived.has(event.id)) coverage.count('an event arrived again');
    else if (later !== undefined && compareVersions(version, later) < 0)
      coverage.count('an event arrived after a later one');
    arrived.add(event.id);
    if (later === undefined || compareVersions(version, later) > 0) latest.set(key, version);
  }
}
