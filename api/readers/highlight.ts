/** Shows where the words of a search occur, for stores that do not do so themselves. Texts are shown whole. */
import type { StoredDocument } from '../../mappings/contract.js';
import type { SearchField } from '../../mappings/queries.js';
import { fold, type Token, tokensOf } from '../../mappings/text.js';
import type { Highlight, WordSearch } from '../query/document-query.js';
import { placesOf, placesOfBeginning, placesOfNearSpelling } from '../query/word-match.js';
import { mayBePrefix } from '../query/words.js';
import { valuesAt } from './values.js';

/** A part of a text, in UTF-16 units, `end` exclusive. */
type Place = Pick<Token, 'start' | 'end'>;

/** `document`: as it is answered. */
export function highlightIn(document: unknown, search: WordSearch): Highlight {
  const byField = search.fields.flatMap((field): [string, string[]][] => {
    const name = shownName(field);
    const texts = valuesAt(document as StoredDocument, name).map(String);
    const marked = texts.flatMap((text) => {
      const places = placesIn(text, field, search);
      return places.length === 0 ? [] : [markedUp(text, places)];
    });
    return marked.length === 0 ? [] : [[name, marked]];
  });
  return Object.fromEntries(byField);
}

/** How the answered document calls the field. */
export function shownName({ field, shown }: SearchField): string {
  return shown ?? field;
}

function placesIn(text: string, field: SearchField, search: WordSearch): Place[] {
  if (field.kind === 'whole') {
    const isAsked = [search.whole, ...search.words].some((asked) => fold(asked) === fold(text));
    return isAsked ? [{ start: 0, end: text.length }] : [];
  }
  const tokens = tokensOf(text);
  return search.words.flatMap((word) => [
    ...placesOf(tokens, word),
    ...(search.beginnings && mayBePrefix(word) ? placesOfBeginning(tokens, word) : []),
    ...(search.nearSpellings ? placesOfNearSpelling(tokens, word) : []),
  ]);
}

/** Places that touch are shown as one. */
function markedUp(text: string, places: readonly Place[]): string {
  const parts: string[] = [];
  let shownTo = 0;
  for (const { start, end } of united(places)) {
    parts.push(escapeHtml(text.slice(shownTo, start)), '<em>', escapeHtml(text.slice(start, end)), '</em>');
    shownTo = end;
  }
  return [...parts, escapeHtml(text.slice(shownTo))].join('');
}

function united(places: readonly Place[]): Place[] {
  const inOrder = [...places].sort((a, b) => a.start - b.start);
  const all: Place[] = [];
  for (const { start, end } of inOrder) {
    const last = all.at(-1);
    if (last === undefined || start > last.end) all.push({ start, end });
    else all[all.length - 1] = { start: last.start, end: Math.max(last.end, end) };
  }
  return all;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
  '/': '&#x2F;',
};

/** As Elasticsearch does. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"'/]/g, (character) => ENTITIES[character] ?? character);
}
