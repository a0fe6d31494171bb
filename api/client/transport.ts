/** One question and its answer: time limit, cancellation, and trying again where that can help. */
import { ApiProblem, ApiTimeout, problemIn } from './problem.js';

export interface TransportSettings {
  readonly baseUrl: string;
  /** Sent with every request, an `Authorization` for instance; a function is asked each time. */
  readonly headers: Readonly<Record<string, string>> | (() => HeadersLike | Promise<HeadersLike>);
  /** For one call with all its attempts, ms. */
  readonly timeoutMs: number;
  /** Further attempts after 429, 503 and broken connections. */
  readonly retries: number;
  readonly fetch: typeof fetch;
}

type HeadersLike = Readonly<Record<string, string>>;

export interface Question {
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly headers?: HeadersLike;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; `undefined` with 304. */
  readonly body: unknown;
}

const BACKOFF_MS = 100;
const BACKOFF_MAX_MS = 5_000;
/** A timer that is set to more fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class Transport {
  constructor(private readonly settings: TransportSettings) {}

  /**
   * 200 or 304, the body included. @throws ApiProblem, ApiTimeout, or what the signal was aborted with.
   * The timer and the caller's signal hold what ends the call: `AbortSignal.any` and `AbortSignal.timeout` may be
   * collected while a call waits for them.
   */
  async ask(question: Question): Promise<Answer> {
    const { timeoutMs = this.settings.timeoutMs, signal } = question;
    const ending = new AbortController();
    const ended = new Promise<never>((_, reject) => {
      ending.signal.addEventListener('abort', () => reject(ending.signal.reason), { once: true });
    });
    const late = new ApiTimeout(`The API did not answer ${question.path} within ${timeoutMs} ms.`);
    const timer = setTimeout(() => ending.abort(late), Math.min(timeoutMs, TIMER_MS_MAX));
    const cancel = () => ending.abort(signal?.reason);
    if (signal?.aborted === true) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    try {
      // A `fetch` or `headers` of the caller's own that does not listen holds up nobody.
      return await Promise.race([this.attempts(question, ending.signal), ended]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
    }
  }

  private async attempts(question: Question, signal: AbortSignal): Promise<Answer> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await this.open(question, signal);
        const { status, headers } = response;
        return { status, headers, body: status === 304 ? undefined : await response.json() };
      } catch (error) {
        signal.throwIfAborted();
        const waitMs = attempt < this.settings.retries ? waitBefore(error, attempt) : null;
        if (waitMs === null) throw error;
        await pause(waitMs, signal);
      }
    }
  }

  /** One attempt, without a limit of its own: the body may go on for ever. */
  async open({ path, query, headers }: Question, signal: AbortSignal | undefined): Promise<Response> {
    const { baseUrl, headers: own } = this.settings;
    const search = query === undefined || query.size === 0 ? '' : `?${query}`;
    const response = await this.settings.fetch(`${withoutLastSlash(baseUrl)}${path}${search}`, {
      headers: { Accept: 'application/json', ...(typeof own === 'function' ? await own() : own), ...headers },
      ...(signal === undefined ? {} : { signal }),
    });
    if (response.ok || response.status === 304) return response;
    throw await problemIn(response);
  }
}

function withoutLastSlash(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}

/** `null`: trying again would not help. Whatever was asked may be asked again: nothing is ever changed by it. */
function waitBefore(error: unknown, attempt: number): number | null {
  const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** attempt) * (0.5 + Math.random() / 2);
  if (!(error instanceof ApiProblem)) return error instanceof TypeError ? backoff : null;
  if (error.status !== 429 && error.status !== 503) return null;
  return Math.max(backoff, error.retryAfterMs ?? 0);
}

export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(ms, TIMER_MS_MAX),
    );
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
