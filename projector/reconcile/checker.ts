/** Goes through all documents of the served generation from time to time: one process at a time, and never in a hurry. */
import { randomUUID } from 'node:crypto';
import type { Log } from '../../runtime/log.js';
import { Repeated } from '../../runtime/repeated.js';
import type { Service } from '../../runtime/service.js';
import type { CheckTurn, Clock } from '../ports/clock.js';
import type { Verification } from './verifying.js';

export interface CheckerPorts {
  readonly turn: CheckTurn;
  readonly clock: Clock;
  /** Whether readers see the generation now: others are not checked. */
  readonly isServed: () => Promise<boolean>;
  /** Ends early when `goesOn` says no. */
  readonly verify: (goesOn: () => Promise<boolean>) => Promise<Verification>;
  readonly report: (found: Verification) => void;
  readonly log: Log;
}

const LEASE_MS = 120_000;
const LOOK_MS_MAX = 10_000;

export class Checker implements Service {
  private readonly self = randomUUID();
  private readonly looks: Repeated;
  private stopping = false;

  /** `intervalMs`: from the end of one check to the beginning of the next; 0: there are none. */
  constructor(
    private readonly ports: CheckerPorts,
    private readonly intervalMs: number,
  ) {
    const failed = (error: unknown) => ports.log.warn({ err: error }, 'the check will be made again');
    this.looks = new Repeated(() => this.look().catch(failed), Math.min(intervalMs, LOOK_MS_MAX));
  }

  /** Until stopped. A check that fails is made again when its lease has ended. */
  async run(): Promise<void> {
    if (this.intervalMs > 0) await this.looks.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.looks.stop();
  }

  /** Checks when it is time to. */
  async look(): Promise<void> {
    const { turn, clock, isServed, verify, report, log } = this.ports;
    if (!(await isServed()) || !(await turn.take(this.self, clock.now(), LEASE_MS, this.intervalMs))) return;
    let isWhole = true;
    const found = await verify(async () => {
      isWhole = !this.stopping && (await turn.keep(this.self, clock.now(), LEASE_MS)) && (await isServed());
      return isWhole;
    });
    if (!isWhole) return;
    await turn.finish(this.self, clock.now());
    report(found);
    const { faults, undecided, refused, checked, tookMs } = found;
    const what = { faults, undecided, refused, checked, tookMs };
    if (faults === 0) log.info(what, 'the documents are what the states make of them');
    else
      log.error(
        { ...what, listed: listedIn(found) },
        'documents have drifted: projector verify --repair writes them anew',
      );
  }
}

/** Names only: for the log. */
function listedIn({ findings }: Verification): string[] {
  return findings.flatMap(({ name, listed }) => listed.map(({ id, fault }) => `${name}/${id}: ${fault.kind}`));
}
