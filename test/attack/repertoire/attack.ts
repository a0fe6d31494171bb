/** What hostile callers do, as values. None costs its sender much: that is what makes it an attack. */

/** Who attacks whom. */
export interface Front {
  readonly host: string;
  readonly port: number;
  /** The address that the connections come from, one of 127.0.0.0/8. */
  readonly from: string;
  /** A header with a credential, e.g. `X-Api-Key: …`; empty for callers without. */
  readonly credential: string;
}

/** How a request ended: its status, with the code of a problem (`429 rate-limited`), or what happened to the connection. */
export type Ending = string;

export interface Attack {
  readonly name: string;
  /** Requests that it makes each time. */
  readonly requests: number;
  /** How often it is made while each of the others, of the same kind of list, is made. */
  readonly times: number;
  /** Resolves when it is over, at most `PATIENCE_MS` after it began. */
  carryOut(front: Front): Promise<readonly Ending[]>;
}

/** A hostile caller waits no longer for an answer. */
export const PATIENCE_MS = 10_000;
