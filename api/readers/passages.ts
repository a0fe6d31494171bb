/** Parts of a text, in UTF-16 units. */

/** `end` exclusive. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

const PASSAGES_MAX = 3;
const PASSAGE_LENGTH = 200;
/** Where a passage may begin or end without cutting a word in two, if such a place is near. */
const BLANK = /\s/u;
const BLANK_NEAR = 20;

/** In order; those that touch or overlap as one. */
export function united(places: readonly Place[]): Place[] {
  const all: Place[] = [];
  for (const { start, end } of [...places].sort((a, b) => a.start - b.start)) {
    const last = all.at(-1);
    if (last === undefined || start > last.end) all.push({ start, end });
    else all[all.length - 1] = { start: last.start, end: Math.max(last.end, end) };
  }
  return all;
}

/** The first passages in which one of the places lies, none cut in two. `places` as `united` returns them. */
export function passagesOf(text: string, places: readonly Place[]): Place[] {
  const passages: Place[] = [];
  let shownTo = 0;
  for (const place of places) {
    if (place.end <= shownTo) continue;
    if (passages.length === PASSAGES_MAX) break;
    const before = Math.max(0, Math.floor((PASSAGE_LENGTH - (place.end - place.start)) / 2));
    const start = Math.max(shownTo, beginning(text, place.start - before, place.start));
    const end = ending(text, start + PASSAGE_LENGTH, lastWithin(places, place, start + PASSAGE_LENGTH));
    passages.push({ start, end });
    shownTo = end;
  }
  return passages;
}

/** Where the last place ends that the passage begins to show: it is shown whole. */
function lastWithin(places: readonly Place[], first: Place, limit: number): number {
  const begun = places.filter(({ start }) => start >= first.start && start < limit);
  return Math.max(first.end, ...begun.slice(-1).map(({ end }) => end));
}

function beginning(text: string, wanted: number, latest: number): number {
  if (wanted <= 0) return 0;
  for (let at = wanted; at < Math.min(latest, wanted + BLANK_NEAR); at += 1) {
    if (BLANK.test(text.charAt(at))) return at + 1;
  }
  return isInPair(text, wanted) ? wanted + 1 : wanted;
}

function ending(text: string, wanted: number, earliest: number): number {
  if (Math.max(wanted, earliest) >= text.length) return text.length;
  for (let at = wanted; at > Math.max(earliest, wanted - BLANK_NEAR); at -= 1) {
    if (BLANK.test(text.charAt(at))) return at;
  }
  const end = Math.max(wanted, earliest);
  return isInPair(text, end) ? end + 1 : end;
}

/** Whether a cut here would part the two halves of one character. */
function isInPair(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
