import { isWellFormedUnicode } from './text.js';

/** Characters are code points. */
const CHARACTERS_MAX = 128;
const NEVER = '\\u0000-\\u001f\\u007f-\\u009f,';
const ANY = `[^${NEVER}]`;
const NO_DOT = `[^.${NEVER}]`;

/**
 * What an id may be, as a regular expression with the flag `u`, without anchors: 1–128 characters, no control character,
 * no comma, not `.` or `..`. Each of its alternatives begins otherwise, so that none is tried after another; without
 * looking ahead, it can be read by any generator of clients and requests.
 */
export const ID_PATTERN =
  `(?:${NO_DOT}${ANY}{0,${CHARACTERS_MAX - 1}}` +
  `|\\.${NO_DOT}${ANY}{0,${CHARACTERS_MAX - 2}}` +
  `|\\.\\.${ANY}{1,${CHARACTERS_MAX - 2}})`;

const ID = new RegExp(`^${ID_PATTERN}$`, 'u');

/** Whether a text may be an id, and is well-formed Unicode. Anything else may occur in it. */
export function isWellFormedId(text: string): boolean {
  return ID.test(text) && isWellFormedUnicode(text);
}

/**
 * Whether a document may go by the text: an id, or the name of what sums are of, in which a comma is a character as any
 * other. It has 512 bytes at most, which is what Elasticsearch takes.
 */
export function isDocumentId(text: string): boolean {
  return isWellFormedId(text.replaceAll(',', '-'));
}
