/**
 * Field types of the Elasticsearch views. Mappings are strict: a field that is not declared is refused. Only what is
 * searched, sorted or counted is indexed; the rest is `unindexed` and costs nothing but its place in the source.
 */

export const keyword = { type: 'keyword' } as const;

/** The longest beginnings that are indexed, the most there may be; what is asked for and longer is compared with every word. */
export const INDEXED_BEGINNING_BYTES = 19;

/** Words that were cut before they came here (`searchableWords`): they are taken as they are. */
export const words = {
  type: 'text',
  analyzer: 'whitespace',
  norms: false,
  index_prefixes: { min_chars: 1, max_chars: INDEXED_BEGINNING_BYTES },
} as const;

/** A value that is only ever asked for, never sorted by or counted. */
export const lookup = { type: 'keyword', doc_values: false } as const;

export const date = { type: 'date', format: 'strict_date_time' } as const;
export const integer = { type: 'long' } as const;
export const decimal = { type: 'double' } as const;
export const boolean = { type: 'boolean' } as const;

/** A list of amounts, each with its currency: a currency's own are told apart from those beside it. */
export const amounts = { type: 'nested', properties: { currency: keyword, amount: integer } } as const;

/** Kept in the source and shown, neither searched nor sorted nor parsed. */
export const unindexed = { type: 'object', enabled: false } as const;
