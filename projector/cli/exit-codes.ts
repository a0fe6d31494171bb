/**
 * 0 done · 1 failed · 2 unusable settings or arguments · 3 refused: it cannot be done now, or was not confirmed, and
 * nothing has changed · 4 done, and differences or faults were found.
 */
export const EXIT = { failed: 1, unusable: 2, refused: 3, found: 4 } as const;
