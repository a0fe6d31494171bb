/** What is documented and what the code can say are the same. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiSettings } from '../../api/composition/settings.js';
import { eventTypes } from '../../mappings/events/catalogue.js';
import { reasons } from '../../mappings/events/reasons.js';
import { projectorSettings } from '../../projector/composition/settings.js';
import { describeSettings } from '../../runtime/settings.js';

const events = readFileSync('docs/events.md', 'utf8');
const operations = readFileSync('docs/operations.md', 'utf8');

describe('the documentation', () => {
  it.each(Object.entries(reasons))('lists the quarantine reason %s', (code, { explanation, cure }) => {
    expect(events).toContain(`| \`${code}\` | ${explanation} | ${cure} |`);
  });

  it('lists every event type', () => {
    for (const type of Object.values(eventTypes).flat()) expect(events).toContain(`\`${type}\``);
  });

  it.each([...describeSettings(projectorSettings), ...describeSettings(apiSettings)])(
    'lists the setting $name',
    ({ name, fallback, meaning }) => {
      expect(operations).toContain(`| \`${name}\` | ${fallback === '' ? '–' : `\`${fallback}\``} | ${meaning} |`);
    },
  );
});
