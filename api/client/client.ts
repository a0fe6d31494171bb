/** The query API for programs: in Node.js and in browsers, with nothing but `fetch`. */
import { type StreamState, serverEvents } from './event-stream.js';
import { type Walked, walked } from './pages.js';
import { ApiProblem } from './problem.js';
import { pause, Transport, type TransportSettings } from './transport.js';
import type {
  Change,
  ChangeChoice,
  Documents,
  EventAnswer,
  History,
  Listed,
  ListPage,
  ListParameters,
  Moment,
  Single,
  ViewName,
} from './types.js';

export interface ClientOptions extends Partial<Omit<TransportSettings, 'baseUrl'>> {
  /** Such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
}

/** An event that the caller has just caused, by the version that it gave its aggregate or by its id. */
export type AwaitedEvent = { readonly aggregate: ViewName; readonly id: string } & (
  | { readonly sequence: number }
  | { readonly eventId: string }
);

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** For the call with all its attempts, ms. */
  readonly timeoutMs?: number;
  /** The answer includes these events' effects, or is a problem with the code `wait-timeout`. */
  readonly waitFor?: AwaitedEvent | readonly AwaitedEvent[];
  /** How long the API waits for them, ms. */
  readonly waitMs?: number;
  /** Rather a problem than an answer that is older, ms. */
  readonly maxStalenessMs?: number;
  /** The name of a snapshot, which is read instead of the present documents. */
  readonly asOf?: string;
}

export interface GetOptions<Document> extends CallOptions {
  /** A former answer, which is returned again when nothing has changed since. */
  readonly known?: Single<Document>;
}

export interface HistoryOptions extends Omit<CallOptions, 'asOf'> {
  /** Events per page, at most 100. */
  readonly size?: number;
  /** `page.next` of the page before. */
  readonly cursor?: string;
}

export interface FollowOptions {
  readonly signal?: AbortSignal;
  /** The `place` of a change that was received before. */
  readonly after?: string;
  /** Rather a `reset` than an error when that place is gone. */
  readonly beginAnew?: boolean;
}

const DEFAULTS = { headers: {}, timeoutMs: 10_000, retries: 3 };
const RECONNECT_MS = 1_000;
/** What a page has without a `size`. */
const LIST_SIZE = 20;
const HISTORY_SIZE = 100;

export class ReadModelClient {
  readonly orders: ViewClient<'orders'>;
  readonly products: ViewClient<'products'>;
  readonly customers: CustomersClient;
  readonly events: EventsClient;
  private readonly transport: Transport;

  constructor(options: ClientOptions) {
    // Bound, because browsers refuse a `fetch` that is called as a method of something else.
    this.transport = new Transport({ ...DEFAULTS, fetch: globalThis.fetch.bind(globalThis), ...options });
    this.orders = new ViewClient(this.transport, 'orders');
    this.products = new ViewClient(this.transport, 'products');
    this.customers = new CustomersClient(this.transport, 'customers');
    this.events = new EventsClient(this.transport);
  }

  /** Completions of product names. */
  async suggest(q: string, options: CallOptions = {}): Promise<readonly { productId: string; name: string }[]> {
    const { body } = await this.transport.ask(questionOf('/v1/suggest', { q }, options));
    return (body as { data: readonly { productId: string; name: string }[] }).data;
  }

  /**
   * Changes of documents, for as long as the caller goes on and `signal` is not aborted; broken connections are made
   * again where they were. Begins with what comes, or after the `place` of a change that was received before.
   * @throws ApiProblem with the code `changes-expired` when that place is gone: read again what you show, and begin anew.
   * With `beginAnew` that is a change of the kind `reset` instead, and what comes follows.
   */
  async *changes(
    choice: ChangeChoice = {},
    { signal, after = '', beginAnew = false }: FollowOptions = {},
  ): AsyncGenerator<Change> {
    const state: StreamState = { lastId: after, retryMs: RECONNECT_MS };
    const ending = new AbortController();
    const end = () => ending.abort(signal?.reason);
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end, { once: true });
    try {
      while (!ending.signal.aborted) {
        try {
          yield* this.connection(choice, state, ending.signal);
        } catch (error) {
          if (signal?.aborted === true) return;
          if (beginAnew && state.lastId !== '' && error instanceof ApiProblem && error.code === 'changes-expired') {
            state.lastId = '';
            yield { event: 'reset', place: '' };
            continue;
          }
          if (error instanceof ApiProblem && error.status !== 429 && error.status !== 503) throw error;
          if (error instanceof ApiProblem) state.retryMs = Math.max(state.retryMs, error.retryAfterMs ?? 0);
        }
        await pause(state.retryMs, ending.signal).catch(() => undefined);
      }
    } finally {
      signal?.removeEventListener('abort', end);
      ending.abort();
    }
  }

  private async *connection(choice: ChangeChoice, state: StreamState, signal: AbortSignal): AsyncGenerator<Change> {
    const headers = {
      Accept: 'text/event-stream',
      ...(state.lastId === '' ? {} : { 'Last-Event-ID': state.lastId }),
    };
    const response = await this.transport.open(
      { path: '/v1/changes', query: searchOf({ ...choice }), headers },
      signal,
    );
    if (response.body === null) return;
    for await (const { event, data, id } of serverEvents(response.body, state)) {
      if (event === 'change' || event === 'removed') yield { event, ...JSON.parse(data), place: id };
      else if (event === 'reset') yield { event, place: '' };
    }
  }
}

export class ViewClient<View extends ViewName> {
  constructor(
    protected readonly transport: Transport,
    private readonly view: View,
  ) {}

  list(
    parameters: ListParameters<View> = {} as ListParameters<View>,
    options: CallOptions = {},
  ): Promise<ListPage<View>> {
    return listAt(this.transport, `/v1/${this.view}`, parameters, options);
  }

  /** Every document of the list, fetched page by page: of fewer documents where they are too large for one answer. */
  all(
    parameters: Omit<ListParameters<View>, 'page' | 'cursor'> = {} as ListParameters<View>,
    options: CallOptions = {},
  ): AsyncGenerator<Listed<View>> {
    return everyAt<View>(this.transport, `/v1/${this.view}`, parameters, options);
  }

  /** @throws ApiProblem with the code `not-found` when there is no such document, for the caller at least. */
  async get(id: string, options: GetOptions<Documents[View]> = {}): Promise<Single<Documents[View]>> {
    const { known } = options;
    const question = questionOf(`/v1/${this.view}/${encodeURIComponent(id)}`, {}, options);
    const condition = known?.etag == null ? {} : { 'If-None-Match': known.etag };
    const answer = await this.transport.ask({ ...question, headers: { ...question.headers, ...condition } });
    if (answer.status === 304 && known !== undefined) return known;
    const single = answer.body as Omit<Single<Documents[View]>, 'etag'>;
    return { ...single, etag: answer.headers.get('ETag') };
  }

  /** A page of what happened to the document, oldest first. @throws ApiProblem as `get` does. */
  async history(id: string, options: HistoryOptions = {}): Promise<History<Documents[View]>> {
    const { size, cursor, ...others } = options;
    const path = `/v1/${this.view}/${encodeURIComponent(id)}/history`;
    return (await this.transport.ask(questionOf(path, { size, cursor }, others))).body as History<Documents[View]>;
  }

  /** All that happened to it, fetched page by page. Without documents when it is not complete, as each page says. */
  async *wholeHistory(
    id: string,
    options: Omit<HistoryOptions, 'cursor'> = {},
  ): AsyncGenerator<Moment<Documents[View]>> {
    const page = (asked: Walked) => this.history(id, { ...options, ...asked });
    for await (const { data } of walked<History<Documents[View]>>(options, page, HISTORY_SIZE)) yield* data;
  }

  /** `null` when there is no such document, for the caller at least. */
  async find(id: string, options: GetOptions<Documents[View]> = {}): Promise<Documents[View] | null> {
    try {
      return (await this.get(id, options)).data;
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'not-found') return null;
      throw error;
    }
  }
}

export class CustomersClient extends ViewClient<'customers'> {
  /** The orders of one customer, to any depth. */
  ordersOf(
    id: string,
    parameters: ListParameters<'orders'> = {},
    options: CallOptions = {},
  ): Promise<ListPage<'orders'>> {
    return listAt(this.transport, ordersPath(id), parameters, options);
  }

  allOrdersOf(
    id: string,
    parameters: Omit<ListParameters<'orders'>, 'page' | 'cursor'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Listed<'orders'>> {
    return everyAt<'orders'>(this.transport, ordersPath(id), parameters, options);
  }
}

export class EventsClient {
  constructor(private readonly transport: Transport) {}

  /**
   * What became of an event. `aggregate`: where to look for one that is no longer remembered.
   * @throws ApiProblem with the code `not-found` when no delivery of it is known, for the caller at least.
   */
  async get(
    eventId: string,
    {
      aggregate,
      ...options
    }: Omit<CallOptions, 'asOf'> & { readonly aggregate?: { readonly name: ViewName; readonly id: string } } = {},
  ): Promise<EventAnswer> {
    const parameters = aggregate === undefined ? {} : { aggregate: `${aggregate.name}/${aggregate.id}` };
    const question = questionOf(`/v1/events/${encodeURIComponent(eventId)}`, parameters, options);
    return (await this.transport.ask(question)).body as EventAnswer;
  }
}

function ordersPath(id: string): string {
  return `/v1/customers/${encodeURIComponent(id)}/orders`;
}

async function listAt<View extends ViewName>(
  transport: Transport,
  path: string,
  parameters: object,
  options: CallOptions,
): Promise<ListPage<View>> {
  return (await transport.ask(questionOf(path, parameters, options))).body as ListPage<View>;
}

async function* everyAt<View extends ViewName>(
  transport: Transport,
  path: string,
  parameters: object,
  options: CallOptions,
): AsyncGenerator<Listed<View>> {
  const page = (asked: Walked) => listAt<View>(transport, path, asked, options);
  for await (const { data } of walked<ListPage<View>>(parameters, page, LIST_SIZE)) yield* data;
}

function questionOf(path: string, parameters: object, options: CallOptions) {
  const { signal, timeoutMs, waitFor, waitMs, maxStalenessMs, asOf } = options;
  const awaited = waitFor === undefined ? [] : 'aggregate' in waitFor ? [waitFor] : waitFor;
  return {
    ...{ path, query: searchOf({ ...parameters, asOf }), signal, timeoutMs },
    headers: {
      ...(awaited.length === 0 ? {} : { 'Wait-For': awaited.map((event) => waitForOf(event, waitMs)).join(', ') }),
      ...(maxStalenessMs === undefined ? {} : { 'Max-Staleness': String(maxStalenessMs) }),
    },
  };
}

function waitForOf(event: AwaitedEvent, waitMs: number | undefined): string {
  const mark = 'sequence' in event ? `@${event.sequence}` : `#${encodeURIComponent(event.eventId)}`;
  const timeout = waitMs === undefined ? '' : `;timeout=${waitMs}`;
  return `${event.aggregate}/${encodeURIComponent(event.id)}${mark}${timeout}`;
}

/** A list of values repeats its parameter. The words of `q` are no list: nothing in them is escaped. */
function searchOf(parameters: object): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === undefined) continue;
      const text = one instanceof Date ? one.toISOString() : String(one);
      search.append(name, name === 'q' ? text : escaped(text));
    }
  }
  return search;
}

/** Where the API reads lists, a comma ends a value unless a backslash stands before it. */
function escaped(value: string): string {
  return value.replace(/[\\,]/g, '\\$&');
}
