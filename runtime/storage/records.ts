/** Records in MongoDB that the projector writes and the API reads. */
import type { Mention } from '../../mappings/aggregates/erasure.js';
import type { References, SequenceRange } from '../../mappings/aggregates/state.js';
import type { Json, ViewName } from '../../mappings/contract.js';
import type { EventIdentity } from '../../mappings/events/identity.js';
import type { CURSOR_SECRET_ID } from './names.js';
import type { PassedPosition } from './passed-positions.js';

/** The only document of the registry collection: which generations exist and which one is served. */
export interface RegistryRecord {
  readonly _id: 'registry';
  /** Rises with every change: whoever changes the registry names the version that it has read. */
  readonly version: number;
  /** The generation that is served; all its views are switched together. */
  readonly live: number;
  readonly generations: readonly GenerationRecord[];
}

export interface GenerationRecord {
  readonly number: number;
  readonly createdAt: Date;
  /** The revision of each view's documents that is served. */
  readonly revisions: Readonly<Record<ViewName, number>>;
  /** A hash of each view's declaration when the generation was created; absent in records of before there were any. */
  readonly definitions?: Readonly<Record<string, string>>;
  readonly businessTimeZone: string;
  readonly reportingCurrency: string;
  /**
   * `filling`: events are folded and nothing is published; `rendering`: live events are published, and every document
   * is rendered once; `frozen`: it shows a moment of the past. Absent: it follows the events.
   */
  readonly phase?: 'filling' | 'rendering' | 'frozen';
  /** During a switch. */
  readonly halt?: Halt;
  /** It holds the events up to a moment, and is never switched to. */
  readonly snapshot?: Snapshot;
  /** While it is built, live events do not go first. */
  readonly fullSpeed?: true;
  /** Nothing is fetched: an operator has paused the rebuild. */
  readonly paused?: true;
}

export interface Snapshot {
  /** By which it is asked for. */
  readonly name: string;
  /** Events of this time or before are in it; windows that move with the clock end here. */
  readonly at: Date;
  /** By which time an event is of then; absent in records of before there was a choice: `log`. */
  readonly clock?: SnapshotClock;
}

/** `log`: when Kafka recorded it; `event`: its own `time`, which an imported history has a past by. */
export const SNAPSHOT_CLOCKS = ['log', 'event'] as const;
export type SnapshotClock = (typeof SNAPSHOT_CLOCKS)[number];

/** What keeps a generation where it is. */
export interface Halt {
  /** It passes by itself should who has set it die. */
  readonly until: Date;
  /** Events before these offsets are still folded, by `topic/partition`; pairs, as topics contain dots. Absent: none. */
  readonly upTo?: readonly (readonly [partition: string, offset: number])[];
}

/** What the API processes of a namespace share and nobody else may know. It is made once, and stays. */
export interface SecretRecord {
  readonly _id: typeof CURSOR_SECRET_ID;
  /** Base64url of random bytes. */
  readonly secret: string;
}

/** How far one partition is durably projected. `_id` is `topic/partition`. */
export interface PositionRecord {
  readonly _id: string;
  readonly topic: string;
  readonly partition: number;
  /** The offset of the next record: everything before it is in every document. Kafka offsets stay below 2^53. */
  readonly next: number;
  readonly updatedAt: Date;
  /** When it came here and past places before; absent in records of before that was kept. */
  readonly passed?: readonly PassedPosition[];
}

/** The state of one aggregate. `_id` is its id. */
export interface AggregateRecord {
  readonly _id: string;
  /** Rises by one with every write. */
  readonly version: number;
  /** JSON of an `EncodedState`. */
  readonly state: string;
  /** Of orders only: the ids that the order refers to now. */
  readonly references?: References;
  /** Marks of the remembered events' ids (see event-mark.ts), which are looked up by them. */
  readonly events: readonly number[];
  /** Only while a sequence is missing below the highest that was merged. */
  readonly gap?: GapRecord;
}

/** What the API reads of a record that broke the contract. `_id` is `topic/partition/offset`. */
export interface QuarantinedEventRecord {
  readonly _id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** A code of mappings/events/reasons.ts. */
  readonly reason: string;
  /** `null`: its event id cannot be read. */
  readonly event: EventIdentity | null;
  readonly mention: Mention;
  /** What operators did with it; absent while it waits. */
  readonly handled?: { readonly as: 're-driven' | 'discarded' };
}

export interface GapRecord {
  /** What it is looked up by: an index of equality is one that every server has. */
  readonly open: true;
  /** The first sequence that is missing. */
  readonly awaited: number;
  /** When the record was appended to Kafka that showed it, in ms since 1970. */
  readonly since: number;
}

/** A version of the table by its index; -1: there is none. */
export type VersionPlace = number;

/** An aggregate's state (`mappings/aggregates/state.ts`); a version stands once in a table and is referred to by its place. */
export interface EncodedState {
  readonly versions: readonly (readonly [sequence: number, time: number, eventId: string])[];
  readonly registers: readonly (readonly [name: string, value: Json, version: VersionPlace])[];
  readonly founded: VersionPlace;
  readonly deleted: VersionPlace;
  readonly erased: VersionPlace;
  readonly last: VersionPlace;
  readonly sequences: readonly SequenceRange[];
  readonly remembered: readonly (readonly [
    version: VersionPlace,
    topic: string,
    partition: number,
    offset: number,
    hash: string,
  ])[];
  /** Absent: none. */
  readonly forgotten?: readonly (readonly [topic: string, partition: number, offset: number])[];
  /** Groups by their texts. */
  readonly groups: readonly (readonly [rollup: string, groups: readonly string[]])[];
}

/**
 * A chapter of an owner's groups: the days of one month, the months of one quarter. Groups are guarded each by its own
 * ticket, and documents read a few chapters instead of dozens of groups. `_id` is `owner,chapter`.
 */
export interface ChapterRecord {
  readonly _id: string;
  readonly owner: string;
  readonly chapter: string;
  readonly tickets: Readonly<Record<string, number>>;
  /** Period to the JSON of its summary: see state-codec.ts for why. */
  readonly summaries: Readonly<Record<string, string>>;
}

/** What the API reads of a fan-out job: a change of one customer or product that has not reached all documents yet. */
export interface PendingJobRecord {
  /** See `jobId`. */
  readonly _id: string;
  readonly view: ViewName;
  readonly reference: keyof References;
  readonly referredId: string;
  /** Milliseconds since 1970. */
  readonly requestedAt: number;
  /** Written in the pass that is under way. */
  readonly documents: number;
  /** Events before these places are in all documents that the job is for; without a place, or absent: perhaps none. */
  readonly covered?: readonly { readonly topic: string; readonly partition: number; readonly next: number }[];
}

/** Fields that the projector adds to a view's documents in either store. */
export const TICKET_FIELD = 'ticket';
/** `true` on a tombstone, which has no other field of the document; `false` on a visible document. */
export const HIDDEN_FIELD = 'hidden';
/**
 * In Elasticsearch, of large documents only: the bytes of the document as JSON, without the fields that nobody reads. So
 * whoever asks for a page knows beforehand what it will be, which Elasticsearch tells no sooner than it has made all of it.
 */
export const STORED_BYTES_FIELD = 'storedBytes';
/** A document of so many characters as JSON is a large one. */
export const LARGE_DOCUMENT_CHARACTERS = 16_384;
/** Fields of the stored documents that are searched and sorted by, and read by nobody. */
export const FIELDS_NOT_READ = ['search', 'keys'] as const;
