/**
 * Characters that do something to a screen instead of being shown: controls (C0, DEL and C1, the beginning of every
 * escape sequence among them), separators of lines and paragraphs, marks of direction, which let a text read otherwise
 * than it is, and halves of surrogate pairs. A text with them could draw over what an operator reads.
 */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Surrogate}\u{feff}\u{fff9}-\u{fffb}]/gu;
/** All of them but line feeds, of texts that have lines. */
const UNSEEN_IN_LINES = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Surrogate}\u{feff}\u{fff9}-\u{fffb}]/gu;

/** One value among others: nothing in it begins a new line. */
export function escaped(text: string): string {
  return text.replace(UNSEEN, escapeOf);
}

/** A text that was laid out, or JSON, in which what is escaped means the same. */
export function escapedLines(text: string): string {
  return text.replace(UNSEEN_IN_LINES, escapeOf);
}

/** What a program says beside its results. Lines that follow are set off: none of them passes for another statement. */
export function statement(text: string, indent = '  '): string {
  return `${escapedLines(text.trimEnd()).replaceAll('\n', `\n${indent}`)}\n`;
}

/** `\u001b` */
function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
