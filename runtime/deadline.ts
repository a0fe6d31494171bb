export class TooLate extends Error {
  override readonly name = 'TooLate';
}

/** The promise's outcome, or a rejection with `TooLate`; the work itself goes on and its outcome is dropped. */
export async function withinTime<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate(`No outcome within ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
