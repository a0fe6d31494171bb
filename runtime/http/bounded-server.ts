/** An HTTP server on which no client can hold more, or for longer, than is stated. */
import { createServer, maxHeaderSize, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { limitAnswerTime } from './answer-time.js';
import { idleGivesWay } from './idle-gives-way.js';
import { oneAtATime } from './one-at-a-time.js';

export interface HttpBounds {
  /** How long a client may take to send a request, the first one from when it connects (ms). */
  readonly requestTimeoutMs: number;
  /** How long it may take to read an answer, from its first byte on (ms). */
  readonly answerTimeoutMs: number;
  /** More are closed as they come, unless idle ones give way. */
  readonly connectionsMax: number;
  /** The oldest connection on which nothing is being answered is closed for a new one. */
  readonly idleGivesWay?: true;
  /** Requests of one connection that wait for the one before them; one with more is cut off. */
  readonly pipelinedMax: number;
}

export interface BoundsObserver {
  /** A client did not take its answer in time. */
  cutOff(): void;
  /** There were as many connections as there may be. */
  dropped(): void;
}

/** Node looks for requests that are late only so often, by default every 30 s. */
const LOOKS = 4;
const LOOK_EVERY_MS_MAX = 1_000;

export function boundedServer(
  listener: RequestListener,
  bounds: HttpBounds,
  options: Pick<ServerOptions, 'maxHeaderSize' | 'keepAliveTimeout'>,
  observer: BoundsObserver,
): Server {
  const { requestTimeoutMs, answerTimeoutMs, connectionsMax, pipelinedMax } = bounds;
  // All that wait are together as large as one of them may be.
  const waiting = { requestsMax: pipelinedMax, bytesMax: options.maxHeaderSize ?? maxHeaderSize };
  const timeouts = {
    requestTimeout: requestTimeoutMs,
    // Its default would be longer, or shorter, and count for connections on which nothing is sent.
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(LOOK_EVERY_MS_MAX, requestTimeoutMs / LOOKS),
  };
  // What Node would answer by itself stands in no line and is seen by nobody. The listener judges `Host`; an expectation
  // that is not known may be passed over (RFC 9110, section 10.1.1).
  const own = { requireHostHeader: false };
  const server = createServer({ ...options, ...timeouts, ...own }, oneAtATime(listener, waiting));
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  if (bounds.idleGivesWay) idleGivesWay(server, connectionsMax, () => observer.dropped());
  else server.maxConnections = connectionsMax;
  server.on('drop', () => observer.dropped());
  limitAnswerTime(server, answerTimeoutMs, () => observer.cutOff());
  return server;
}
