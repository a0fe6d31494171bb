/** Conditional requests (RFC 9110): who has the same already is told so instead. */
import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import { sendJson } from '../http/json-answer.js';

/** Strong: equal for equal texts only. */
export function etagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url')}"`;
}

/**
 * Whether `If-None-Match` names the entity tag, or anything (`*`). Compared weakly, as the header asks: a tag that a
 * cache on the way has marked `W/` counts like the one it was made from. Express's `request.fresh` would refuse whoever
 * sends `Cache-Control: no-cache` with it, as every `fetch` does.
 */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return Array.from(ifNoneMatch.matchAll(/(?:W\/)?("[^"]*")/g), ([, tag]) => tag).includes(etag);
}

/**
 * Answers with a document's text in JSON as `data`, or with 304 and no body. What is answered beside it, such as how
 * fresh it is, makes no other document of it.
 */
export async function sendDocument(request: Request, response: Response, data: string, beside: object): Promise<void> {
  const etag = etagOf(data);
  response.set('ETag', etag);
  if (isKnown(etag, request.get('If-None-Match'))) {
    response.status(304).end();
    return;
  }
  const rest = JSON.stringify(beside).slice(1);
  await sendJson(response, ['{"data":', data, rest === '}' ? rest : `,${rest}`]);
}
