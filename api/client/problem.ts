/** What the API answers instead of data: RFC 9457. */

export type ProblemCode =
  | 'access-unavailable'
  | 'ambiguous-credentials'
  | 'answer-too-large'
  | 'body-not-allowed'
  | 'changes-expired'
  | 'changes-unavailable'
  | 'cursor-expired'
  | 'degraded-unsupported'
  | 'forbidden'
  | 'headers-too-large'
  | 'history-too-long'
  | 'history-unavailable'
  | 'internal'
  | 'invalid-parameters'
  | 'malformed-request'
  | 'malformed-url'
  | 'method-not-allowed'
  | 'misdirected-host'
  | 'not-found'
  | 'not-ready'
  | 'overloaded'
  | 'rate-limited'
  | 'request-timeout'
  | 'store-unavailable'
  | 'too-many-streams'
  | 'too-stale'
  | 'unauthenticated'
  | 'unknown-path'
  | 'unknown-snapshot'
  | 'wait-crowded'
  | 'wait-timeout';

export interface ParameterProblem {
  readonly parameter: string;
  readonly message: string;
}

/** An answer that is a problem. `code` tells programs what happened, `message` people. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly status: number,
    /** `unknown`: what answered was not the API, a proxy before it for instance. */
    readonly code: ProblemCode | 'unknown',
    detail: string,
    /** The request's id, for whoever looks into the API's log. */
    readonly requestId: string | null,
    /** What is wrong with which parameter, and what is allowed. */
    readonly errors: readonly ParameterProblem[],
    /** When trying again makes sense. */
    readonly retryAfterMs: number | null,
  ) {
    super(detail);
  }
}

/** No answer came in time. */
export class ApiTimeout extends Error {
  override readonly name = 'ApiTimeout';
}

export async function problemIn(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const { code, detail, instance, errors } = (typeof body === 'object' && body !== null ? body : {}) as {
    readonly code?: ProblemCode;
    readonly detail?: string;
    readonly instance?: string;
    readonly errors?: readonly ParameterProblem[];
  };
  return new ApiProblem(
    response.status,
    code ?? 'unknown',
    detail ?? `The API answered with status ${response.status}.`,
    instance ?? response.headers.get('X-Request-Id'),
    errors ?? [],
    retryAfterMs(response.headers.get('Retry-After')),
  );
}

/** Seconds, or an HTTP date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
