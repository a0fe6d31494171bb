/** The same paths in other words, which a limit may take for something else, and what is no HTTP at all. */
import type { Attack } from './attack.js';
import { ask, exchange } from './raw.js';

const EXPENSIVE = 'facets=status,category,city&stats=total&total=exact&size=100';
const MALFORMED = [
  'GET\r\n\r\n',
  'GET /v1/orders HTTP/9.9\r\n\r\n',
  'GET /v1/orders HTTP/1.1\nHost: x\n\n',
  'GET /v1/or\0ders HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /v1/orders HTTP/1.1\r\nHo st: x\r\n\r\n',
  'POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
  'POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\nx',
  '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
];

export const SPELLINGS: readonly Attack[] = [
  {
    name: 'other spellings of an expensive list',
    requests: 7,
    times: 2,
    async carryOut(front) {
      const targets = [
        `/v1/orders/?${EXPENSIVE}`,
        `//v1/orders?${EXPENSIVE}`,
        `/V1/Orders?${EXPENSIVE}`,
        `/v1/%6frders?${EXPENSIVE}`,
        `/v1/orders?${EXPENSIVE}#`,
        `http://${front.host}:${front.port}/v1/orders?${EXPENSIVE}`,
        `/v1/orders;x?${EXPENSIVE}`,
      ];
      return Promise.all(targets.map((target) => ask(front, target)));
    },
  },
  {
    name: 'no HTTP',
    requests: MALFORMED.length,
    times: 2,
    carryOut: (front) => Promise.all(MALFORMED.map((text) => exchange(front, text))),
  },
];
