/** Questions have no body: one that is sent is neither read nor waited for. */
import type { RequestHandler } from 'express';
import { Problem } from './problems.js';

export const refuseBodies: RequestHandler = ({ headers, method }, response, next) => {
  const announced = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
  if (announced) {
    // Ends the connection with the answer, however much is still to come.
    response.set('Connection', 'close');
    if (method === 'GET' || method === 'HEAD')
      throw new Problem('body-not-allowed', 'Send the request without a body.');
  }
  next();
};
