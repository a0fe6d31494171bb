/** docs/security.md names settings, constants, tests and files as they are, and leaves out no setting that is a limit. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiSettings } from '../../api/composition/settings.js';
import { projectorSettings } from '../../projector/composition/settings.js';
import { describeSettings } from '../../runtime/settings.js';

const FILE = 'docs/security.md';
const security = readFileSync(FILE, 'utf8');
const texts = [
  [FILE, security],
  ['SECURITY.md', readFileSync('SECURITY.md', 'utf8')],
] as const;

/** What every setting is called that is a limit. */
const LIMIT = /(_MAX|_TIMEOUT_MS|_PERCENT|_POINTS)$/;
const SETTING_LIKE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;
const FOLDERS = /^(api|projector|runtime|mappings|stack|test|docs)\//;

const settings = [...describeSettings(projectorSettings), ...describeSettings(apiSettings)];

interface Limit {
  readonly name: string;
  /** Where the constant is; `undefined`: it is a setting. */
  readonly file: string | undefined;
  readonly told: string;
}

/** Rows of the tables of limits that begin with a name. */
const limits: readonly Limit[] = security.split('\n').flatMap((line) => {
  const [, name, file, told] = /^\| `(\w+)`(?:, `([^`]+)`)? \| ([^|]+) \|(?:[^|]+\|){3}$/.exec(line) ?? [];
  return name === undefined || told === undefined ? [] : [{ name, file, told }];
});

describe('docs/security.md', () => {
  it('has limits of settings and of constants', () => {
    expect(limits.filter(({ file }) => file === undefined).length).toBeGreaterThan(40);
    expect(limits.filter(({ file }) => file !== undefined).length).toBeGreaterThan(40);
  });

  it.each(limits.filter(({ file }) => file === undefined))('tells the default of the setting $name', (limit) => {
    const defaults = settings.filter(({ name }) => name === limit.name).map(({ fallback }) => fallback || '–');
    expect(defaults).toContain(limit.told);
  });

  it.each(limits.filter(({ file }) => file !== undefined))('tells the value of $name in $file', (limit) => {
    expect(valuesIn(readFileSync(limit.file ?? '', 'utf8'), limit.name)).toEqual([limit.told]);
  });

  it.each(settings.filter(({ name }) => LIMIT.test(name)))('tells of the limit $name', ({ name, fallback }) => {
    expect(limits).toContainEqual({ name, file: undefined, told: fallback });
  });
});

describe.each(texts)('%s', (file, text) => {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, inner = '']) => inner);

  it('names settings and constants that are there', () => {
    const known = new Set([...settings.map(({ name }) => name), ...limits.map(({ name }) => name), 'NODE_OPTIONS']);
    const names = quoted.map((inner) => inner.split('=', 1)[0] ?? '').filter((name) => SETTING_LIKE.test(name));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it('names files and folders that are there', () => {
    expect(quoted.filter((inner) => FOLDERS.test(inner) && !existsSync(inner))).toEqual([]);
  });

  it('links to headings that are there', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((target) => !isThere(target, file))).toEqual([]);
  });

  it('names commands that are there', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const named = quoted.flatMap((inner) => /^npm run (\w+)/.exec(inner)?.[1] ?? []);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

/** Each number or text that is given to the name, worked out: `8 * 1024` is 8192. */
function valuesIn(source: string, name: string): string[] {
  const given = new RegExp(`\\b${name}(?:: \\w+)? ?[=:] (?:([\\d_]+(?: \\* [\\d_]+)*)|'([^']*)')[;,\\s]`, 'g');
  return [...source.matchAll(given)].map(([, product = '', text]) => {
    if (text !== undefined) return text;
    return String(product.split(' * ').reduce((value, factor) => value * Number(factor.replaceAll('_', '')), 1));
  });
}

function isThere(target: string, from: string): boolean {
  const [file = '', heading] = target.split('#');
  const to = file === '' ? from : path.join(path.dirname(from), file);
  if (!existsSync(to)) return false;
  return heading === undefined || headingsOf(readFileSync(to, 'utf8')).includes(heading);
}

/** As they are linked to. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
