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

const BACKOFF_MS = 100;
const BACKOFF_MAX_MS = 5_000;
/** A timer that is set to more fires at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class Transport {
  constructor(private readonly settings: TransportSettings) {}

  /** 200 or 304. @throws ApiProblem, ApiTimeout, or what the signal was aborted with. */
  async ask(question: Question): Promise<Response> {
    const { timeoutMs = this.settings.timeoutMs, signal } = question;
    const timeout = AbortSignal.timeout(timeoutMs);
    const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.open(question, either);
      } catch (error) {
        signal?.throwIfAborted();
        const late = new ApiTimeout(`The API did not answer ${question.path} within ${timeoutMs} ms.`, {
          cause: error,
        });
        if (timeout.aborted) throw late;
        const waitMs = attempt < this.settings.retries ? waitBefore(error, attempt) : null;
        if (waitMs === null) throw error;
        await pause(waitMs, either).catch(() => {
          signal?.throwIfAborted();
          throw late;
        });
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
