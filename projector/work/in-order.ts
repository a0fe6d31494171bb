/** Several pieces of work at a time, and what they lead to in their order: one is loaded while the other is written. */

/**
 * `done` is told of each piece when it and all before it are done, one after the other; when it returns false, nothing
 * further is begun. Resolves with whether it came to the end; rejects as `work` or `done` do.
 */
export async function inOrder<Piece, Result>(
  pieces: AsyncIterator<Piece, undefined>,
  atATime: number,
  work: (piece: Piece) => Promise<Result>,
  done: (piece: Piece, result: Result) => Promise<boolean>,
): Promise<boolean> {
  let goesOn = true;
  let told: Promise<void> = Promise.resolve();
  const worker = async () => {
    while (goesOn) {
      const next = await pieces.next();
      if (next.done === true) return;
      const before = told;
      const own = work(next.value).then(async (result) => {
        await before;
        if (goesOn) goesOn = await done(next.value, result);
      });
      told = own.catch(() => {
        goesOn = false;
      });
      await own;
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return goesOn;
}
