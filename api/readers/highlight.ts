/** Shows where the words of a search occur, in documents of any store. Texts are shown whole, of long ones passages. */
import type { StoredDocument } from '../../mappings/contract.js';
import type { SearchField } from '../../mappings/queries.js';
import { wholeValue } from '../../mappings/search-keys.js';
import { Cutting, eachOf, type Readings, type Word } from '../../mappings/words.js';
import type { Highlight, Phrase, WordSearch } from '../ports/document-query.js';
import { valuesAt } from '../query/values.js';
import { type Row, rowsOf, rowsOfBeginning, rowsOfNearSpelling } from '../query/word-match.js';
import { mayBeBeginning } from '../query/words.js';
import { type Place, passagesOf, united } from './passages.js';

/** Of one field of a document, in UTF-16 units; texts beyond are not looked through. */
const LOOKED_THROUGH_MAX = 100_000;
/** UTF-16 units. */
const CUT_AT_A_TIME = 10_000;

/** How much is done, at a time and in all. A step is a character that is read, or a word that is compared with a phrase. */
export interface Pace {
  /** Tells of steps that were done. */
  count(steps: number): void;
  /** As many were done as may be for one answer: what is found so far is all. */
  readonly isOver: boolean;
  /** It is time for others. */
  readonly isDue: boolean;
  /** Lets others have their turn. */
  rest(): Promise<void>;
}

/** Of each document, as it is answered. */
export async function highlightsIn(
  documents: readonly unknown[],
  search: WordSearch,
  pace: Pace,
): Promise<Highlight[]> {
  const fields = search.fields.map((field) => new HighlightedField(field, search, pace));
  const highlights: Highlight[] = [];
  for (const document of documents) {
    const byField: [string, string[]][] = [];
    for (const field of fields) {
      const marked = await field.markedIn(document as StoredDocument);
      if (marked.length > 0) byField.push([field.name, marked]);
    }
    highlights.push(Object.fromEntries(byField));
  }
  return highlights;
}

class HighlightedField {
  readonly #field: SearchField;
  readonly #search: WordSearch;
  readonly #pace: Pace;
  /** The orders of a customer all show the same name: in one answer a text is looked through once. */
  readonly #seen = new Map<string, readonly string[]>();

  constructor(field: SearchField, search: WordSearch, pace: Pace) {
    this.#field = field;
    this.#search = search;
    this.#pace = pace;
  }

  get name(): string {
    return this.#field.shown;
  }

  async markedIn(document: StoredDocument): Promise<string[]> {
    let left = LOOKED_THROUGH_MAX;
    const marked: string[] = [];
    for (const value of valuesAt(document, this.#field.shown)) {
      const text = String(value);
      left -= text.length;
      if (left < 0) break;
      marked.push(...(this.#seen.get(text) ?? (await this.#lookThrough(text))));
    }
    return marked;
  }

  async #lookThrough(text: string): Promise<readonly string[]> {
    if (this.#pace.isOver) return [];
    const places = united(await this.#placesIn(text));
    const isLong = this.#field.kind === 'text' && this.#field.long === true;
    const passages = places.length === 0 ? [] : isLong ? passagesOf(text, places) : [wholeOf(text)];
    const marked = passages.map((passage) => markedUp(text, passage, places));
    this.#seen.set(text, marked);
    return marked;
  }

  async #placesIn(text: string): Promise<Place[]> {
    if (this.#field.kind === 'whole') {
      await this.#did(text.length);
      const value = wholeValue(text);
      const isAsked = this.#search.whole === value || this.#search.phrases.some(({ whole }) => whole === value);
      return isAsked ? [wholeOf(text)] : [];
    }
    const places: Place[] = [];
    for (const reading of eachOf(await this.#cut(text))) places.push(...(await this.#foundIn(reading)));
    return places;
  }

  async #cut(text: string): Promise<Readings> {
    const cutting = new Cutting(text);
    while (!cutting.isDone) {
      cutting.goOn(CUT_AT_A_TIME);
      await this.#did(Math.min(CUT_AT_A_TIME, text.length));
    }
    return cutting.readings();
  }

  async #foundIn(reading: readonly Word[]): Promise<Place[]> {
    const words = reading.map((word) => word.text);
    const isFound = new Uint8Array(words.length);
    for (const phrase of this.#search.phrases) {
      if (this.#pace.isOver) break;
      mark(isFound, rowsIn(words, phrase, this.#search));
      await this.#did(words.length);
    }
    return reading.filter((_, i) => isFound[i] === 1);
  }

  async #did(steps: number): Promise<void> {
    this.#pace.count(steps);
    if (this.#pace.isDue) await this.#pace.rest();
  }
}

function wholeOf(text: string): Place {
  return { start: 0, end: text.length };
}

/** Each word once, however many rows it stands in. */
function mark(isFound: Uint8Array, rows: readonly Row[]): void {
  let markedTo = 0;
  for (const { start, end } of rows) {
    isFound.fill(1, Math.max(start, markedTo), end);
    markedTo = Math.max(markedTo, end);
  }
}

/** In order: a near spelling is a word alone, and so are the others of such a phrase. */
function rowsIn(words: readonly string[], phrase: Phrase, { nearSpellings }: WordSearch): readonly Row[] {
  const rows = mayBeBeginning(phrase) ? rowsOfBeginning(words, phrase) : rowsOf(words, phrase);
  if (!nearSpellings) return rows;
  return [...rows, ...rowsOfNearSpelling(words, phrase)].sort((a, b) => a.start - b.start);
}

/** The places within the passage, each between `<em>` and `</em>`. */
function markedUp(text: string, { start: from, end: to }: Place, places: readonly Place[]): string {
  const parts: string[] = [];
  let shownTo = from;
  for (const { start, end } of places) {
    if (start < from || end > to) continue;
    parts.push(escapeHtml(text.slice(shownTo, start)), '<em>', escapeHtml(text.slice(start, end)), '</em>');
    shownTo = end;
  }
  return [...parts, escapeHtml(text.slice(shownTo, to))].join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
  '/': '&#x2F;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"'/]/g, (character) => ENTITIES[character] ?? character);
}
