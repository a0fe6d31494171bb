/**
 * Field types of the Elasticsearch views. Mappings are strict: a field that is not declared is refused. Only what is
 * searched, sorted or counted is indexed; the rest is `unindexed` and costs nothing but its place in the source.
 */

export const keyword = { type: 'keyword' } as const;

/** A keyword that can also be found whatever its case, as `<field>.folded`. */
export const folded = {
  type: 'keyword',
  fields: { folded: { type: 'keyword', normalizer: 'folded', doc_values: false } },
} as const;

/**
 * Words in any language: the standard analyzer cuts Chinese into single characters, so a phrase query finds
 * consecutive ones. `<field>.exact` is the whole value, for sorting by code point; `<field>.folded` the same whatever its
 * case, to be found by what it begins with.
 */
export const text = { type: 'text', analyzer: 'standard', index_prefixes: { min_chars: 1, max_chars: 8 } } as const;
export const sortableText = { ...text, fields: { exact: { type: 'keyword' }, ...folded.fields } } as const;
export const searchableKeyword = {
  type: 'keyword',
  fields: { words: { type: 'text', analyzer: 'standard' }, ...folded.fields },
} as const;

export const date = { type: 'date', format: 'strict_date_time' } as const;
export const integer = { type: 'long' } as const;
export const decimal = { type: 'double' } as const;
export const boolean = { type: 'boolean' } as const;

/** Kept in the source and shown, neither searched nor sorted nor parsed. */
export const unindexed = { type: 'object', enabled: false } as const;

/** The analysis that `folded` relies on. */
export const analysis = {
  normalizer: { folded: { type: 'custom', filter: ['lowercase'] } },
} as const;
