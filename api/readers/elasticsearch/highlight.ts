/** Shows where the words of a search occur. */
import type { estypes } from '@elastic/elasticsearch';
import type { SearchField } from '../../../mappings/queries.js';
import type { Highlight, WordSearch } from '../../query/document-query.js';
import { shownName } from '../highlight.js';
import { placesQuery } from './text-query.js';

/** Texts are looked through to here; the longest that an event may carry is shorter. */
const ANALYZED_MAX = 100_000;
const PASSAGES_MAX = 3;
const PASSAGE_CHARACTERS = 200;

/** What is escaped and marked is the whole text, or the passages of a long one. */
export function highlightClause(search: WordSearch): estypes.SearchHighlight {
  return {
    type: 'unified',
    encoder: 'html',
    pre_tags: ['<em>'],
    post_tags: ['</em>'],
    max_analyzed_offset: ANALYZED_MAX,
    // Each field has its own query; otherwise words in a row would be marked as one in some queries and not in others.
    require_field_match: false,
    fields: Object.fromEntries(
      search.fields.map((field) => [field.field, { highlight_query: placesQuery(field, search), ...extent(field) }]),
    ),
  };
}

function extent(field: SearchField): estypes.SearchHighlightField {
  const isLong = field.kind === 'text' && field.long === true;
  return isLong ? { number_of_fragments: PASSAGES_MAX, fragment_size: PASSAGE_CHARACTERS } : { number_of_fragments: 0 };
}

/** By the names of the document's fields. Neighbours, such as the characters of a Chinese word, are shown as one. */
export function highlightOf(found: Readonly<Record<string, readonly string[]>>, search: WordSearch): Highlight {
  return Object.fromEntries(
    search.fields.flatMap((field) => {
      const texts = found[field.field] ?? [];
      return texts.length === 0 ? [] : [[shownName(field), texts.map((text) => text.replaceAll('</em><em>', ''))]];
    }),
  );
}
