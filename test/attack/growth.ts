/** Whether work grows with its input in more than linear proportion: told by ratios, never by seconds. */

/** Four times each: what is linear takes four times as long, what is quadratic sixteen times. */
const STEP = 4;
const RATIO_MAX = 9;
const LENGTHS = [2_000, 8_000, 32_000];
/** What takes less is not judged: it is over before it could harm anybody, and noise is as large. */
const FLOOR_MS = 25;

/** `work` is given a length of its input. Long inputs are tried only after shorter ones have been found quick. */
export async function growsMoreThanLinearly(work: (length: number) => unknown): Promise<boolean> {
  for (const length of LENGTHS) {
    if ((await cpuMs(work, length)) < FLOOR_MS) continue;
    // The least of several is what the work takes by itself, however busy the machine is.
    const long = await least(work, length);
    if (long >= FLOOR_MS && long > RATIO_MAX * (await least(work, length / STEP))) return true;
  }
  return false;
}

async function least(work: (length: number) => unknown, length: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 5; run += 1) least = Math.min(least, await cpuMs(work, length));
  return least;
}

async function cpuMs(work: (length: number) => unknown, length: number): Promise<number> {
  const before = process.cpuUsage();
  await work(length);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** What is characteristic of some grammar that we read. */
const FRAGMENTS = [
  ...['a', '0', ' ', '\t', ',', ';', ':', '.', '-', '/', '\\', '=', '&', '?', '#', '@', '%', '"', '[', '(', '*', '+'],
  ...[
    '%E4',
    '%2C',
    'é',
    '汉',
    '\u0301\u0316',
    'eyJ',
    'eyJa.',
    '?key',
    '?key=',
    'W/"a",',
    'a,',
    '\\,',
    'a b',
    '://',
    '#a',
    '\r\n',
  ],
];

function repeated(fragment: string, length: number): string {
  return fragment.repeat(Math.ceil(length / fragment.length));
}

/** The cases in which the work that is made of a text grows too much: of fragments behind which every match fails. */
export async function superlinear(
  cases: readonly (readonly [name: string, work: (text: string) => unknown])[],
  fragments: readonly string[] = FRAGMENTS,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [name, work] of cases) {
    for (const fragment of fragments) {
      const textOf = (length: number) => `${repeated(fragment, length)} x\u0001`;
      if (await growsMoreThanLinearly((length) => work(textOf(length)))) {
        found.push(`${name} of ${JSON.stringify(fragment)}`);
      }
    }
  }
  return found;
}
