import type { ExaminedServers, OperationServers } from '../composition/operations.js';
import type { ProjectorSettings } from '../composition/settings.js';
import type { Action } from '../ports/audit.js';

/** What commands are made with. */
export interface Tool {
  readonly settings: ProjectorSettings;
  /**
   * Runs the work with open connections, and prints what it returns: as JSON with `--json`, else by `show`. With
   * `evenIfAway` nothing is connected before, and the work sees to what is away.
   */
  run<Result extends object>(
    work: (servers: ExaminedServers) => Promise<Result>,
    show?: (result: Result) => string,
    options?: { readonly evenIfAway: boolean },
  ): Promise<void>;
  /** The same for what changes something: it is recorded in the audit trail. */
  act<Result extends object>(
    action: Action,
    work: (servers: ExaminedServers) => Promise<Result>,
    show?: (result: Result) => string,
  ): Promise<void>;
  /** A part of a `run` that changes something. */
  recorded<Result>(servers: OperationServers, action: Action, work: () => Promise<Result>): Promise<Result>;
  /** The exit code of a command that has done its work and found something. */
  exitWith(code: number): void;
}
