/**
 * The stored form of an aggregate state: compact JSON text. A version stands once in a table and is referred to by its
 * place; one text is several times cheaper to encode, store and decode than the same tree as BSON, and ids with dots,
 * `$` or `__proto__` are plain values in it.
 */
import type { AggregateState, Register } from '../../mappings/aggregates/state.js';
import type { Version } from '../../mappings/events/event.js';
import { groupOfText, textOfGroup } from '../../mappings/rollups/group.js';
import type { EncodedState, VersionPlace } from './records.js';

const NONE: VersionPlace = -1;

export function encodeState(state: AggregateState): string {
  const table = new VersionTable();
  const encoded: EncodedState = {
    registers: [...state.registers].map(([name, { value, version }]) => [name, value, table.place(version)]),
    founded: table.place(state.founded),
    deleted: table.place(state.deleted),
    erased: table.place(state.erased),
    last: table.place(state.last),
    sequences: state.sequences,
    remembered: state.remembered.map(({ version, topic, partition, offset, contentHash }) => [
      table.place(version),
      topic,
      partition,
      offset,
      contentHash,
    ]),
    ...(state.forgotten.length === 0
      ? {}
      : { forgotten: state.forgotten.map(({ topic, partition, offset }) => [topic, partition, offset] as const) }),
    groups: [...state.groups].map(([rollup, groups]) => [rollup, groups.map(textOfGroup)]),
    versions: table.versions,
  };
  return JSON.stringify(encoded);
}

export function decodeState(text: string): AggregateState {
  const encoded = JSON.parse(text) as EncodedState;
  const versions = encoded.versions.map(([sequence, time, eventId]): Version => ({ sequence, time, eventId }));
  const at = (place: VersionPlace): Version => {
    const version = versions[place];
    if (version === undefined) throw new Error(`The stored state refers to version ${place}, which its table lacks.`);
    return version;
  };
  const maybe = (place: VersionPlace): Version | null => (place === NONE ? null : at(place));
  return {
    registers: new Map(
      encoded.registers.map(([name, value, place]): [string, Register] => [name, { value, version: at(place) }]),
    ),
    founded: maybe(encoded.founded),
    deleted: maybe(encoded.deleted),
    erased: maybe(encoded.erased),
    last: maybe(encoded.last),
    sequences: encoded.sequences,
    remembered: encoded.remembered.map(([place, topic, partition, offset, contentHash]) => ({
      version: at(place),
      topic,
      partition,
      offset,
      contentHash,
    })),
    forgotten: (encoded.forgotten ?? []).map(([topic, partition, offset]) => ({ topic, partition, offset })),
    groups: new Map(encoded.groups.map(([rollup, texts]) => [rollup, texts.map(groupOfText)])),
  };
}

/** Registers and marks that one event wrote share its version object, in memory as in the table. */
class VersionTable {
  readonly versions: [number, number, string][] = [];
  private readonly places = new Map<Version, VersionPlace>();

  place(version: Version | null): VersionPlace {
    if (version === null) return NONE;
    let place = this.places.get(version);
    if (place === undefined) {
      place = this.versions.push([version.sequence, version.time, version.eventId]) - 1;
      this.places.set(version, place);
    }
    return place;
  }
}
