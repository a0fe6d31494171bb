/**
 * What a word is, for every view, in the index and in the question alike. After folding, a word is a run of letters and
 * digits; every other character separates, but an apostrophe between letters joins. Han, kana, emoji and flags are words
 * character by character.
 */
import { type CharacterKind, foldedAt } from './folding.js';

/** To be raised when texts are cut or folded in another way: documents that were made before are then of another shape. */
export const WORDS_REVISION = 1;

/** Longer words are told apart by their beginning. */
export const WORD_LENGTH_MAX = 100;

export interface Word {
  /** Folded, at most WORD_LENGTH_MAX characters. */
  readonly text: string;
  /** Where it stands in the text, in UTF-16 units, `end` exclusive. */
  readonly start: number;
  readonly end: number;
}

/** `L'Oréal` is `loreal`, and is found by its parts as well: such a text is read in two ways. */
export interface Readings {
  readonly joined: readonly Word[];
  /** `null` where no apostrophe joins anything. */
  readonly apart: readonly Word[] | null;
}

export function wordsIn(text: string): Readings {
  const cutting = new Cutting(text);
  cutting.goOn(text.length);
  return cutting.readings();
}

/** Both readings, or the only one. */
export function readingsOf(text: string): readonly (readonly Word[])[] {
  return eachOf(wordsIn(text));
}

export function eachOf({ joined, apart }: Readings): readonly (readonly Word[])[] {
  return apart === null ? [joined] : [joined, apart];
}

/** A text that is cut piece by piece, where nothing may take long at a time. */
export class Cutting {
  readonly #text: string;
  readonly #cutter = new Cutter();
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isDone(): boolean {
    return this.#at >= this.#text.length;
  }

  /** As many UTF-16 units, or a character more. */
  goOn(units: number): void {
    const until = Math.min(this.#text.length, this.#at + units);
    while (this.#at < until) {
      const { characters, end } = foldedAt(this.#text, this.#at);
      for (const { kind, text } of characters) this.#cutter.take(kind, text, this.#at, end);
      this.#at = end;
    }
  }

  /** Once it is done. */
  readings(): Readings {
    return this.#cutter.readings();
  }
}

/** Whether longer words may begin like this one: others are a word each, and found inside texts anyway. */
export function isOpenEnded(word: string): boolean {
  const last = Array.from(word).at(-1) ?? '';
  const kind = foldedAt(last, 0).characters[0]?.kind;
  return kind === 'letter' || kind === 'digit' || kind === 'mark';
}

interface Run {
  text: string;
  length: number;
  readonly start: number;
  end: number;
  endsWithLetter: boolean;
}

class Cutter {
  readonly #joined: Word[] = [];
  readonly #apart: Word[] = [];
  #hasApostrophes = false;
  /** What apostrophes have joined so far, and its last part. */
  #run: Run | null = null;
  #part: Run | null = null;
  #afterApostrophe = false;

  take(kind: CharacterKind, text: string, start: number, end: number): void {
    switch (kind) {
      case 'letter':
        if (this.#afterApostrophe) this.#beginPart();
        this.#extend(text, start, end, true);
        break;
      case 'digit':
        if (this.#afterApostrophe) this.#close();
        this.#extend(text, start, end, false);
        break;
      case 'mark':
        if (this.#afterApostrophe) this.#close();
        this.#mark(text, end);
        break;
      case 'apostrophe':
        if (this.#run?.endsWithLetter === true && !this.#afterApostrophe) this.#afterApostrophe = true;
        else this.#close();
        break;
      case 'single':
        this.#close();
        this.#add({ text, start, end });
        break;
      case 'separator':
        this.#close();
        break;
    }
  }

  readings(): Readings {
    this.#close();
    return { joined: this.#joined, apart: this.#hasApostrophes ? this.#apart : null };
  }

  #extend(text: string, start: number, end: number, endsWithLetter: boolean): void {
    this.#run ??= newRun(start);
    this.#part ??= newRun(start);
    for (const run of [this.#run, this.#part]) {
      append(run, text, end);
      run.endsWithLetter = endsWithLetter;
    }
  }

  /** One without anything to stand on is nothing. */
  #mark(text: string, end: number): void {
    for (const run of [this.#run, this.#part]) if (run !== null) append(run, text, end);
  }

  #beginPart(): void {
    if (this.#part !== null) this.#apart.push(wordOf(this.#part));
    this.#part = null;
    this.#hasApostrophes = true;
    this.#afterApostrophe = false;
  }

  #close(): void {
    if (this.#run !== null) this.#joined.push(wordOf(this.#run));
    if (this.#part !== null) this.#apart.push(wordOf(this.#part));
    this.#run = null;
    this.#part = null;
    this.#afterApostrophe = false;
  }

  #add(word: Word): void {
    this.#joined.push(word);
    this.#apart.push(word);
  }
}

function newRun(start: number): Run {
  return { text: '', length: 0, start, end: start, endsWithLetter: false };
}

function append(run: Run, text: string, end: number): void {
  run.end = end;
  if (run.length >= WORD_LENGTH_MAX) return;
  run.text += text;
  run.length += 1;
}

function wordOf({ text, start, end }: Run): Word {
  return { text, start, end };
}
