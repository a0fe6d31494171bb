/** The express application: routes over ports. */
import express, { type Express, type RequestHandler } from 'express';
import type { Log } from '../runtime/log.js';
import type { RouteContext } from './routes/context.js';
import { customerOrderRoutes } from './routes/customer-orders.js';
import { documentRoutes } from './routes/documents.js';
import { answerErrors, readOnly, unknownPath } from './routes/errors.js';
import { checksOf, healthRoutes } from './routes/health.js';
import { metaRoutes } from './routes/meta.js';
import { requestId } from './routes/request-id.js';

export function createApp(context: RouteContext, log: Log): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  // Under the extended parser `?status[$ne]=x` would become an object.
  app.set('query parser', 'simple');
  app.use(requestId, safeHeaders, readOnly);
  app.use(healthRoutes(checksOf(context)));
  app.use(metaRoutes(context));
  app.use(customerOrderRoutes(context));
  for (const view of Object.values(context.views)) app.use(documentRoutes(context, view));
  app.use(unknownPath);
  app.use(answerErrors(log));
  return app;
}

/** Answers are data: never to be run, framed or taken for something else, and never older than asked for. */
const safeHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  });
  next();
};
