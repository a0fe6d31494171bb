/** Something the user can cure: the message is one sentence that says what is wrong and what to do. */
export class StackFailure extends Error {
  override readonly name = 'StackFailure';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of a Node system error such as `ENOENT`, else undefined. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
