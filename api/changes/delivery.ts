/**
 * Who is sent what of one view. A change of which somebody may want to hear is read; what was read goes to those who
 * may see it and know something else, and who has known the document and may see it no longer hears that it is gone.
 */
import { createHash } from 'node:crypto';
import { type ChangeKeys, keysOfDocument, unitedKeys } from '../../mappings/changes.js';
import type { View } from '../../mappings/contract.js';
import type { LoggedChange } from '../ports/changes.js';
import type { VersionedDocument } from '../ports/documents.js';
import { type Choice, chooses, choosesDocument } from './choice.js';
import { LatestMap } from './latest-map.js';
import type { Shape } from './shape.js';
import type { ChangeEvent, Subscription } from './subscription.js';

/** What those know of a document who had joined when it was read. */
interface Known {
  /** When that was, by the delivery's own count. */
  readonly at: number;
  readonly version: number;
  /** `null`: it is gone. */
  readonly keys: ChangeKeys | null;
  /** Whoever is chosen by none of these was not told: what made it theirs had not been announced by then. */
  readonly told: ChangeKeys;
  /** Hashes of what was shown last, by the shape in which it was. */
  readonly contents: ReadonlyMap<string, string>;
}

interface Shown {
  readonly text: string;
  readonly content: string;
}

export type Found = ReadonlyMap<string, VersionedDocument>;

const KNOWN_MAX = 20_000;
const GONE = '';

export class Delivery {
  readonly #view: View;
  readonly #known = new LatestMap<Known>(KNOWN_MAX);
  readonly #joinedAt = new Map<Subscription, number>();
  #count = 0;

  constructor(view: View) {
    this.#view = view;
  }

  /** Those who hear of what comes. */
  get subscriptions(): Iterable<Subscription> {
    return this.#joinedAt.keys();
  }

  join(subscription: Subscription): void {
    this.#joinedAt.set(subscription, this.#count);
  }

  leave(subscription: Subscription): void {
    this.#joinedAt.delete(subscription);
  }

  /** Whether anybody may want to hear of it. */
  isWanted(change: LoggedChange): boolean {
    const keys = this.#keysEver(change);
    for (const { choice } of this.subscriptions) if (chooses(choice, this.#view, keys)) return true;
    return false;
  }

  /** Nobody wants to hear of it: it was not read. */
  passOver(change: LoggedChange): void {
    const version = this.#known.get(change.id)?.version ?? 0;
    this.#count += 1;
    const told = this.#keysEver(change);
    this.#known.set(change.id, { at: this.#count, version, keys: this.#keysOf(change), told, contents: new Map() });
  }

  /** To all who have joined. */
  deliver(changes: readonly LoggedChange[], found: Found): ReadonlyMap<Subscription, readonly ChangeEvent[]> {
    const events = new Map<Subscription, ChangeEvent[]>();
    for (const change of changes) {
      const now = found.get(change.id);
      const known = this.#known.get(change.id);
      // Never written; or read from a copy that is behind another one: what that one said is announced, too.
      if (now === undefined || now.version < (known?.version ?? 0)) continue;
      const keys = this.#keysNow(change, now);
      const ever = this.#keysEver(change);
      const shown = new Map<string, Shown>();
      for (const [subscription, joinedAt] of this.#joinedAt) {
        const { choice, shape } = subscription;
        // What was read before it joined it need not know: it may know an earlier document, or a later one.
        const isShared = known !== undefined && known.at > joinedAt && chooses(choice, this.#view, known.told);
        const before = isShared ? known.keys : ever;
        const knewIt = before !== null && chooses(choice, this.#view, before);
        let event: ChangeEvent | null = null;
        if (keys !== null && choosesDocument(choice, this.#view, keys, now.document)) {
          const { text, content } = shownIn(shape, this.#view, now.document, shown);
          if (isShared && knewIt && known.contents.get(shape.key) === content) continue;
          if (!wasSent(subscription, change, now.version, content))
            event = changeEvent(change, versionFor(choice, now), text);
        } else if (knewIt && !wasSent(subscription, change, now.version, GONE)) event = removedEvent(change);
        if (event !== null) put(events, subscription, event);
      }
      const contents = new Map([...shown].map(([shape, { content }]) => [shape, content]));
      this.#count += 1;
      const told = unitedKeys(ever, keys ?? {});
      this.#known.set(change.id, { at: this.#count, version: now.version, keys, told, contents });
    }
    return events;
  }

  /** Whether a subscription that catches up may want to hear of it, and has not. */
  isMissed(change: LoggedChange, { choice, sent }: Subscription): boolean {
    const version = sent.get(nameOf(change))?.version ?? 0;
    return version < change.ticket && chooses(choice, this.#view, this.#keysEver(change));
  }

  /** To one that catches up. */
  deliverMissed(changes: readonly LoggedChange[], found: Found, { choice, shape, sent }: Subscription): ChangeEvent[] {
    const events: ChangeEvent[] = [];
    for (const change of changes) {
      const now = found.get(change.id);
      if (now === undefined) continue;
      const { version, document } = now;
      const keys = this.#keysNow(change, now);
      const isChosen = keys !== null && choosesDocument(choice, this.#view, keys, document);
      const { text, content } = isChosen
        ? shownIn(shape, this.#view, document, new Map())
        : { text: '', content: GONE };
      if (sent.get(nameOf(change))?.content !== content) {
        events.push(isChosen ? changeEvent(change, versionFor(choice, now), text) : removedEvent(change));
      }
      sent.set(nameOf(change), { version, content });
    }
    return events;
  }

  #keysNow({ id }: LoggedChange, { document }: VersionedDocument): ChangeKeys | null {
    return document === null ? null : keysOfDocument(this.#view.queries, id, document);
  }

  /** The announced ones, with the document's own. */
  #keysOf({ id, keys }: LoggedChange): ChangeKeys {
    return { ...keys, [this.#view.queries.id.name]: [id] };
  }

  /** Those that it has now or had formerly, as far as they are known. */
  #keysEver(change: LoggedChange): ChangeKeys {
    return unitedKeys(this.#keysOf(change), this.#known.get(change.id)?.told ?? {});
  }
}

/** Whether a subscription was sent the same while it caught up. It no longer counts once something else is sent. */
function wasSent({ sent }: Subscription, change: LoggedChange, version: number, content: string): boolean {
  const before = sent.get(nameOf(change));
  if (before === undefined) return false;
  if (before.version >= version || before.content === content) return true;
  sent.delete(nameOf(change));
  return false;
}

function shownIn(shape: Shape, view: View, document: unknown, shown: Map<string, Shown>): Shown {
  let own = shown.get(shape.key);
  if (own === undefined) {
    const text = shape.textOf(view, document);
    own = { text, content: createHash('sha1').update(text).digest('base64') };
    shown.set(shape.key, own);
  }
  return own;
}

/** Versions are tickets, which all documents of the shop share: who is bound to a customer would learn how much others do. */
function versionFor({ principal }: Choice, { version }: VersionedDocument): number | null {
  return principal.customerId === null ? version : null;
}

function changeEvent({ view, id }: LoggedChange, version: number | null, text: string): ChangeEvent {
  const data = `{"view":${JSON.stringify(view)},"id":${JSON.stringify(id)},"version":${version},"document":${text}}`;
  return { event: 'change', data };
}

function removedEvent({ view, id }: LoggedChange): ChangeEvent {
  return { event: 'removed', data: JSON.stringify({ view, id }) };
}

function put(events: Map<Subscription, ChangeEvent[]>, subscription: Subscription, event: ChangeEvent): void {
  const own = events.get(subscription);
  if (own === undefined) events.set(subscription, [event]);
  else own.push(event);
}

function nameOf({ view, id }: LoggedChange): string {
  return `${view}/${id}`;
}
