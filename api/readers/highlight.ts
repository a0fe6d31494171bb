/** Shows where the words of a search occur, in documents of any store. Texts are shown whole, of long ones passages. */
import { setImmediate } from 'node:timers/promises';
import type { StoredDocument } from '../../mappings/contract.js';
import type { SearchField } from '../../mappings/queries.js';
import { wholeValue } from '../../mappings/search-keys.js';
import { readingsOf } from '../../mappings/words.js';
import type { Highlight, Phrase, WordSearch } from '../query/document-query.js';
import { type Row, rowsOf, rowsOfBeginning, rowsOfNearSpelling } from '../query/word-match.js';
import { mayBeBeginning } from '../query/words.js';
import { type Place, passagesOf, united } from './passages.js';
import { valuesAt } from './values.js';

/** Of one field of a document, in UTF-16 units; texts beyond are not looked through. */
const LOOKED_THROUGH_MAX = 100_000;

/** Of each document, as it is answered. Between documents others get their turn: texts may be long, and many. */
export async function highlightsIn(documents: readonly unknown[], search: WordSearch): Promise<Highlight[]> {
  const highlights: Highlight[] = [];
  for (const document of documents) {
    if (highlights.length > 0) await setImmediate();
    highlights.push(highlightIn(document, search));
  }
  return highlights;
}

function highlightIn(document: unknown, search: WordSearch): Highlight {
  const byField = search.fields.flatMap((field): [string, string[]][] => {
    const marked = markedIn(valuesAt(document as StoredDocument, field.shown).map(String), field, search);
    return marked.length === 0 ? [] : [[field.shown, marked]];
  });
  return Object.fromEntries(byField);
}

function markedIn(texts: readonly string[], field: SearchField, search: WordSearch): string[] {
  let left = LOOKED_THROUGH_MAX;
  return texts.flatMap((text) => {
    left -= text.length;
    if (left < 0) return [];
    const places = united(placesIn(text, field, search));
    if (places.length === 0) return [];
    const passages = field.kind === 'text' && field.long === true ? passagesOf(text, places) : [wholeOf(text)];
    return passages.map((passage) => markedUp(text, passage, places));
  });
}

function wholeOf(text: string): Place {
  return { start: 0, end: text.length };
}

function placesIn(text: string, field: SearchField, search: WordSearch): Place[] {
  if (field.kind === 'whole') {
    const value = wholeValue(text);
    const isAsked = search.whole === value || search.phrases.some(({ whole }) => whole === value);
    return isAsked ? [wholeOf(text)] : [];
  }
  return readingsOf(text).flatMap((reading) => {
    const words = reading.map((word) => word.text);
    const isFound = new Uint8Array(words.length);
    for (const phrase of search.phrases) mark(isFound, rowsIn(words, phrase, search));
    return reading.filter((_, i) => isFound[i] === 1);
  });
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
