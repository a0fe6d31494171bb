/** Nothing that is stored or sent can draw on the screen of an operator. */
import { describe, expect, it } from 'vitest';
import { showChecks } from '../../projector/cli/inspection-text.js';
import { forScreen, linesOf, tableOf } from '../../projector/cli/text.js';
import { runTool } from '../../projector/cli/tool.js';
import { createLog } from '../../runtime/log.js';
import { escaped, escapedLines, statement } from '../../runtime/screen.js';
import { progressOn } from '../../stack/progress.js';
import { said } from '../said.js';

const HOSTILE: readonly (readonly [name: string, text: string, shown: string])[] = [
  ['an escape sequence', '\u001b[2J', '\\u001b[2J'],
  ['a new line', 'a\nok    Kafka', 'a\\u000aok    Kafka'],
  ['a carriage return', 'a\rb', 'a\\u000db'],
  ['a backspace', 'a\bb', 'a\\u0008b'],
  ['DEL', '\u007f', '\\u007f'],
  ['a C1 control', '\u009b2J', '\\u009b2J'],
  ['a line separator', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
  ['a bidi override', 'a\u202egnp.exe', 'a\\u202egnp.exe'],
  ['a bidi isolate', '\u2066a\u2069', '\\u2066a\\u2069'],
  ['half of a pair', 'a\ud83d', 'a\\ud83d'],
];
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const DRAWS = /[\0-\t\v-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/;

describe.each(HOSTILE)('%s', (_, text, shown) => {
  it('is shown escaped', () => expect(escaped(text)).toBe(shown));

  it('begins no line and moves no column of a result', () => {
    const result = { id: text, list: [{ [text]: text }], at: new Date(0) };
    const lines = linesOf(forScreen(result));
    expect(lines.split('\n')).toHaveLength(4);
    expect(lines).not.toMatch(DRAWS);
    expect(forScreen(result).at).toEqual(new Date(0));
    const [row] = forScreen([[text, 'x']]);
    expect(tableOf(['id', 'y'], [row ?? []], 'none').split('\n')).toHaveLength(3);
    const checks = forScreen([{ name: 'topic', verdict: 'fail', detail: text, cure: null } as const]);
    expect(showChecks(checks)).toBe(`fail  topic: ${shown}\n`);
  });

  it('means the same in JSON', () => {
    const json = escapedLines(JSON.stringify({ [text]: text }));
    expect(json).not.toMatch(DRAWS);
    expect(JSON.parse(json)).toEqual({ [text]: text });
  });

  it('means the same in the log', () => {
    const written: string[] = [];
    const log = createLog('test', 'info', { write: (one) => void written.push(one) });
    log.info({ key: text, err: new Error(text) }, text);
    const line = written.join('');
    expect(line.trimEnd()).not.toMatch(DRAWS);
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toMatchObject({ key: text, msg: text, err: { message: text } });
  });

  it('passes for no line of another program', () => {
    const lines = statement(`projector: ${text}`).trimEnd().split('\n');
    expect(lines.slice(1).every((line) => line.startsWith('  '))).toBe(true);
    const written: string[] = [];
    progressOn({ write: (one: string) => written.push(one) } as never)('api', text);
    const progress = written.join('');
    expect(
      progress
        .trimEnd()
        .split('\n')
        .slice(1)
        .every((line) => line.startsWith(' ')),
    ).toBe(true);
    expect(progress).not.toMatch(DRAWS);
  });

  it('of an argument is not repeated as it is', async () => {
    for (const arguments_ of [[text], ['explain', text], ['help', text], ['rebuild', text]]) {
      const { stdout, stderr } = await said(() => runTool(arguments_, { NAMESPACE: 'shop' }));
      expect(stdout + stderr).not.toMatch(DRAWS);
      expect(`${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('ok '))).toEqual([]);
    }
  });
});
