/**
 * Requests for a server of another name are not for this one. Whoever asks for its health may call it as it likes: probes
 * go by whatever name or address they have, and learn no more than whether it is up.
 */
import type { RequestHandler } from 'express';
import { type HostRule, isAskedFor } from '../../runtime/hosts.js';
import { Problem } from './problems.js';

const HEALTH = ['/health/live', '/health/live/', '/health/ready', '/health/ready/'];

export function knownHostsOnly(rule: HostRule): RequestHandler {
  const known = rule.localNames
    ? 'addresses, names of the own network (without a dot, or below .local, .internal, .localhost, .test, .home.arpa)'
    : rule.addresses
      ? 'addresses, localhost'
      : 'loopback names such as localhost';
  return (request, _response, next) => {
    if (!HEALTH.includes(request.path) && !isAskedFor(rule, request)) {
      throw new Problem('misdirected-host', `Only ${known} and the names in ALLOWED_HOSTS are answered here.`);
    }
    next();
  };
}
