import { isUtf8 } from 'node:buffer';
import type { RawRecord } from './event.js';
import { type Malformed, malformed } from './reasons.js';

/** The text of a header, whatever the case of its name; absent when there is none, or it is null. */
export function readHeader(headers: RawRecord['headers'], name: string): string | undefined | Malformed {
  let found: Buffer | string | undefined;
  for (const key of Object.keys(headers)) {
    if (key.length !== name.length || (key !== name && key.toLowerCase() !== name)) continue;
    const value = headers[key];
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) {
      if (one === undefined || one === null) continue;
      if (found !== undefined) return malformed('envelope-invalid', `The header ${name} is given more than once.`);
      found = one;
    }
  }
  if (found === undefined || typeof found === 'string') return found;
  return isUtf8(found) ? found.toString('utf8') : malformed('not-utf8', `The header ${name} is not UTF-8.`);
}
