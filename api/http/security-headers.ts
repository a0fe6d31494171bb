/** Headers of every answer. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Answers are data: never to be run, framed or taken for something else. A page sets a policy of its own. */
export const securityHeaders: RequestHandler = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  },
  xFrameOptions: { action: 'deny' },
  // It would force TLS on all names below the API's host, for a year, whoever serves them: whether there is TLS is known to
  // the proxy that ends it, not here.
  strictTransportSecurity: false,
});

/** What is not said to be anything else is true for the moment only. */
export const notStored: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

/** Answers to one caller: kept by that caller only, and asked for again before they are used again. */
export const privateAnswers: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'private, no-cache');
  response.vary('Authorization, X-Api-Key');
  next();
};
