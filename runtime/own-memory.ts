import type { HeaderValue, RawRecord } from '../mappings/events/event.js';

/** The record apart from what was fetched with it: megabytes in one piece of memory, which any part of it would keep. */
export function inOwnMemory<Kind extends RawRecord>(record: Kind): Kind {
  const headers = Object.entries(record.headers).map(([name, header]) => {
    return [name, Array.isArray(header) ? header.map(copyOf) : copyOf(header)];
  });
  return {
    ...record,
    key: record.key && Buffer.from(record.key),
    value: record.value && Buffer.from(record.value),
    headers: Object.fromEntries(headers),
  };
}

function copyOf<Value extends HeaderValue | undefined>(value: Value): Value | Buffer {
  return Buffer.isBuffer(value) ? Buffer.from(value) : value;
}
