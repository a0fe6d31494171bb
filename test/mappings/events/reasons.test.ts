import { expect, it } from 'vitest';
import { type Reason, reasons } from '../../../mappings/events/reasons.js';

it.each(Object.entries<Reason>(reasons))('%s is a code with one sentence and a cure', (code, { explanation, cure }) => {
  expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  expect(explanation).toMatch(/^[A-Z].*\.$/);
  expect(cure).toMatch(/^[A-Z].*\.$/);
});
