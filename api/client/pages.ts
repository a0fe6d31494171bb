/** Goes through the pages of a list or a history. */
import { ApiProblem } from './problem.js';

/** What is asked of a page. A cursor goes on with any `size`. */
export interface Walked {
  readonly size?: number;
  readonly cursor?: string;
}

interface Page {
  readonly page: { readonly next: string | null };
}

const SIZE_MAX = 100;

/**
 * Of large documents fewer fit into one answer: then the pages that follow have half as many.
 * `sizeDefault`: what the API answers without a `size`.
 */
export async function* walked<Of extends Page>(
  first: Walked,
  ask: (asked: Walked) => Promise<Of>,
  sizeDefault: number,
): AsyncGenerator<Of> {
  for (let asked: Walked | null = first; asked !== null; ) {
    const size: number = Math.min(asked.size ?? sizeDefault, SIZE_MAX);
    const page: Of | null = await ask(asked).catch(nullIfTooLarge(size));
    if (page === null) {
      asked = { ...asked, size: Math.floor(size / 2) };
      continue;
    }
    yield page;
    const next: string | null = page.page.next;
    asked = next === null ? null : { ...asked, cursor: next };
  }
}

function nullIfTooLarge(size: number) {
  return (error: unknown): null => {
    if (error instanceof ApiProblem && error.code === 'answer-too-large' && size > 1) return null;
    throw error;
  };
}
