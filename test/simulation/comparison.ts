/** At rest, everything must be as a clean computation from the log gives it. */
import { isDeepStrictEqual } from 'node:util';
import type { ViewName } from '../../mappings/contract.js';
import { views } from '../../mappings/registry.js';
import { decodeState } from '../../runtime/storage/state-codec.js';
import { recompute } from '../recomputation.js';
import type { PublishedEvent, Topic } from '../recomputation-documents.js';
import { nameOf, SETTINGS, TARGETS, type World } from './world.js';

/** The first difference, as a sentence; `null` when there is none. */
export function differenceAtRest(world: World): string | null {
  return (
    unreadOf(world) ??
    quarantineDifference(world) ??
    markDifference(world) ??
    documentDifference(world) ??
    announcementDifference(world)
  );
}

function unreadOf(world: World): string | null {
  for (const partition of world.partitions) {
    const [next, end] = [world.positions.next(partition), world.entries(partition).length];
    if (next !== end) return `The position of ${nameOf(partition)} stays at ${next}; its log ends at ${end}.`;
  }
  return null;
}

function quarantineDifference(world: World): string | null {
  const malformed = [...world.everything()].filter(({ published }) => published === null);
  const expected = malformed.map(({ record }) => `${record.topic}/${record.partition}/${record.offset}`);
  const found = [...world.quarantine.records.keys()];
  if (isDeepStrictEqual(new Set(expected), new Set(found))) return null;
  return `Set apart are ${found.join(', ') || 'none'}; malformed are ${expected.join(', ') || 'none'}.`;
}

/** Every event is remembered with a place where it was in the log, and its sequence is among those merged. */
function markDifference(world: World): string | null {
  const places = new Map<string, Set<string>>();
  const histories = new Map<string, PublishedEvent[]>();
  for (const { record, published } of world.everything()) {
    if (published === null) continue;
    const { id, subject } = published.event;
    const key = `${published.topic}/${subject}`;
    places.set(id, (places.get(id) ?? new Set()).add(`${record.topic}/${record.partition}/${record.offset}`));
    histories.set(key, [...(histories.get(key) ?? []), published]);
  }
  for (const [key, history] of histories) {
    const [topic, subject] = key.split('/') as [Topic, string];
    const record = world.aggregates.records[topic].get(subject);
    if (record === undefined) return `There is no state of ${key}.`;
    const state = decodeState(record.state);
    const ids = new Set(history.map(({ event }) => event.id));
    const remembered = state.remembered.map(({ version }) => version.eventId);
    if (!isDeepStrictEqual(new Set(remembered), ids) || remembered.length !== ids.size) {
      return `${key} remembers ${remembered.join(', ')}; there were ${[...ids].join(', ')}.`;
    }
    for (const { version, topic: on, partition, offset } of state.remembered) {
      if (places.get(version.eventId)?.has(`${on}/${partition}/${offset}`)) continue;
      return `${key} remembers ${version.eventId} at ${on}/${partition}/${offset}, where it never was.`;
    }
    const sequences = new Set(history.flatMap(({ event }) => (event.sequence === undefined ? [] : [event.sequence])));
    const expected = rangesOf([...sequences].map(Number));
    if (!isDeepStrictEqual(state.sequences, expected)) {
      return `${key} has merged the sequences ${JSON.stringify(state.sequences)}, not ${JSON.stringify(expected)}.`;
    }
  }
  return null;
}

function rangesOf(sequences: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const sequence of [...sequences].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === sequence - 1) last[1] = sequence;
    else ranges.push([sequence, sequence]);
  }
  return ranges;
}

function documentDifference(world: World): string | null {
  const published = [...world.everything()].flatMap((entry) => entry.published ?? []);
  const expected = recompute(published, { now: world.clock.time, timeZone: SETTINGS.businessTimeZone });
  for (const view of Object.values(views)) {
    const stored = world.documents.visible({ view: view.name, revision: 1 });
    const found = new Map([...stored].map(([id, document]) => [id, plain(view.fromStored(document))]));
    const wanted = new Map<string, unknown>([...expected[view.name]].map(([id, document]) => [id, plain(document)]));
    for (const id of new Set([...found.keys(), ...wanted.keys()])) {
      const difference = documentsDiffer(view.name, id, found.get(id), wanted.get(id));
      if (difference !== null) return difference;
    }
  }
  return null;
}

/** Whoever has read each document whenever it was announced, at once, has read the last version of all. */
function announcementDifference(world: World): string | null {
  for (const target of TARGETS) {
    for (const id of world.documents.ids(target)) {
      const { stored } = world.documents.stored(target, id) ?? {};
      const seen = world.seen(target.view, id);
      // A rebuild announces nothing. One that goes on after another has ended it writes what is there already.
      if (isDeepStrictEqual(seen, stored)) continue;
      return `${target.view}/${id} is ${JSON.stringify(stored)}; when it was announced last it was ${JSON.stringify(seen)}.`;
    }
  }
  return null;
}

function documentsDiffer(view: ViewName, id: string, found: unknown, wanted: unknown): string | null {
  if (isDeepStrictEqual(found, wanted)) return null;
  if (found === undefined) return `The document of ${view}/${id} is missing.`;
  if (wanted === undefined) return `The document of ${view}/${id} should not be visible: ${JSON.stringify(found)}.`;
  const fields = new Set([...Object.keys(found as object), ...Object.keys(wanted as object)]);
  const differing = [...fields].flatMap((field) => {
    const [is, shouldBe] = [found, wanted].map((one) => (one as Record<string, unknown>)[field]);
    return isDeepStrictEqual(is, shouldBe)
      ? []
      : [`${field} is ${JSON.stringify(is)}, not ${JSON.stringify(shouldBe)}`];
  });
  return `The document of ${view}/${id} differs: ${differing.join('; ')}.`;
}

/** As it would travel: without prototypes and absent fields. */
function plain(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document));
}
