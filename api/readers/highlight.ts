/** Shows where the words of a search occur, in documents of any store. Texts are shown whole, of long ones passages. */
import type { StoredDocument } from '../../mappings/contract.js';
import type { SearchField } from '../../mappings/queries.js';
import { wholeValue } from '../../mappings/search-keys.js';
import { readingsOf } from '../../mappings/words.js';
import type { Highlight, Phrase, WordSearch } from '../query/document-query.js';
import { rowsOf, rowsOfBeginning, rowsOfNearSpelling } from '../query/word-match.js';
import { mayBeBeginning } from '../query/words.js';
import { type Place, passagesOf, united } from './passages.js';
import { valuesAt } from './values.js';

/** Of one field of a document, in UTF-16 units; texts beyond are not looked through. */
const LOOKED_THROUGH_MAX = 100_000;

/** `document`: as it is answered. */
export function highlightIn(document: unknown, search: WordSearch): Highlight {
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
    const rows = search.phrases.flatMap((phrase) => rowsIn(words, phrase, search));
    return rows.flatMap(({ start, end }) => reading.slice(start, end));
  });
}

function rowsIn(words: readonly string[], phrase: Phrase, { nearSpellings }: WordSearch) {
  return [
    ...(mayBeBeginning(phrase) ? rowsOfBeginning(words, phrase) : rowsOf(words, phrase)),
    ...(nearSpellings ? rowsOfNearSpelling(words, phrase) : []),
  ];
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
