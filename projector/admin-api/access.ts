/** Who may use the admin API. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { type HostRule, isAskedFor } from '../../runtime/hosts.js';
import type { Actor } from '../ports/audit.js';
import { AdminProblem } from './problems.js';

const LOOPBACK: HostRule = { addresses: false, localNames: false, names: [] };

/** With a token, whoever shows it; without one, whoever is on this machine and no web page in its browser. */
export function admit(token: string | null): RequestHandler {
  const expected = token === null ? null : hash(token);
  return (request, _response, next) => {
    const { authorization, host } = request.headers;
    if (expected !== null) {
      const shown = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
      // Hashes are of one length, and tell nothing of where they begin to differ.
      if (shown === undefined || !timingSafeEqual(hash(shown), expected)) {
        throw new AdminProblem('unauthenticated', 'Send the token of ADMIN_TOKEN as Authorization: Bearer ….');
      }
    } else if (host === undefined || !isAskedFor(LOOPBACK, request)) {
      throw new AdminProblem('misdirected-host', 'Without a token only loopback names such as localhost are answered.');
    }
    next();
  };
}

/**
 * What changes something takes JSON only: a web page can send that to another origin only after asking, and is never
 * permitted to.
 */
export const jsonOnly: RequestHandler = (request, _response, next) => {
  const [type] = (request.headers['content-type'] ?? '').split(';');
  if (request.method !== 'GET' && request.method !== 'HEAD' && type?.trim().toLowerCase() !== 'application/json') {
    throw new AdminProblem('not-json', 'Send Content-Type: application/json, with {} when there is nothing to say.');
  }
  next();
};

export function actorOf({ socket }: Pick<Request, 'socket'>): Actor {
  return { who: socket.remoteAddress ?? 'unknown', via: 'api' };
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
