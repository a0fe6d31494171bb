/** Lists in parameters: `a,b` are two values; inside a value a comma is written `\,` and a backslash `\\`. */

/** A comma ends a value unless it is escaped. A backslash that escapes neither is taken as it is. */
const PIECE = /\\([\\,])|(,)|[^\\,]+|\\/g;

/** The values, each as it is meant; an empty text is one empty value. */
export function listedValues(text: string): string[] {
  // Most values have nothing to escape.
  if (!text.includes('\\')) return text.split(',');
  const values: string[] = [];
  let value = '';
  for (const [piece, escaped, comma] of text.matchAll(PIECE)) {
    if (comma === undefined) value += escaped ?? piece;
    else {
      values.push(value);
      value = '';
    }
  }
  values.push(value);
  return values;
}
