/**
 * Loopback keeps other machines out, not the pages of a browser on this one: a page whose name was made to resolve to
 * 127.0.0.1 counts as the same origin. Such requests carry that name as `Host`.
 */
import type { RequestHandler } from 'express';
import { isLoopback, nameInHost } from '../../runtime/loopback.js';
import { Problem } from '../problems.js';

export const localNamesOnly: RequestHandler = ({ headers: { host } }, _response, next) => {
  if (host !== undefined && !isLoopback(nameInHost(host))) {
    throw new Problem(
      'misdirected-host',
      'Access is open, so only loopback names such as localhost are answered; see ACCESS_OPEN_ON_NETWORK.',
    );
  }
  next();
};
