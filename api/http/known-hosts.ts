/** Requests for a server of another name are not for this one. */
import type { RequestHandler } from 'express';
import { type HostRule, isAskedFor } from '../../runtime/hosts.js';
import { Problem } from '../problems.js';

export function knownHostsOnly(rule: HostRule): RequestHandler {
  const known = rule.addresses ? 'addresses, localhost' : 'loopback names such as localhost';
  return (request, _response, next) => {
    if (!isAskedFor(rule, request)) {
      throw new Problem('misdirected-host', `Only ${known} and the names in ALLOWED_HOSTS are answered here.`);
    }
    next();
  };
}
