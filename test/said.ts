/** What work comes to, with all that it says meanwhile on standard output and standard error. */
export async function said<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly stdout: string; readonly stderr: string }> {
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write] as const;
  const heard = { stdout: '', stderr: '' };
  const listener = (name: keyof typeof heard) => (chunk: string | Uint8Array) => {
    heard[name] += String(chunk);
    return true;
  };
  stdout.write = listener('stdout');
  stderr.write = listener('stderr');
  try {
    const result = await work();
    return { result, ...heard };
  } finally {
    [stdout.write, stderr.write] = writes;
  }
}
