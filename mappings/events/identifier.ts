import { isWellFormedUnicode, isWithinCharacters } from './text.js';

/** Characters are code points. */
const ID_CHARACTERS_MAX = 128;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what an id must not have
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f,]/;

/**
 * Whether a text may be an id: 1–128 characters, no control character, no comma, not `.` or `..`, well-formed Unicode.
 * Anything else may occur in it.
 */
export function isWellFormedId(text: string): boolean {
  return (
    text !== '' &&
    text !== '.' &&
    text !== '..' &&
    isWithinCharacters(text, ID_CHARACTERS_MAX) &&
    !FORBIDDEN.test(text) &&
    isWellFormedUnicode(text)
  );
}
