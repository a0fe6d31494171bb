/** How far a rebuild is, on one line of the terminal that is drawn over and over. */
import type { RebuildStatus } from '../operations/progress.js';
import { durationOf } from './text.js';

const WIDTH = 30;
const CLEAR_LINE = '\r\u001b[2K';

/** Draws on a terminal, and says nothing anywhere else. */
export class ProgressBar {
  constructor(private readonly output: { readonly isTTY?: boolean; write(text: string): unknown }) {}

  draw(status: RebuildStatus): void {
    if (this.output.isTTY === true) this.output.write(`${CLEAR_LINE}${barOf(status)}`);
  }

  end(): void {
    if (this.output.isTTY === true) this.output.write('\n');
  }
}

/** `[#####-----]  50 %  filling, 1200 events/s, 5 min left` */
export function barOf({ percent, phase, paused, events, documents, etaSeconds, etaIsRough }: RebuildStatus): string {
  const full = Math.round((WIDTH * percent) / 100);
  const bar = `[${'#'.repeat(full)}${'-'.repeat(WIDTH - full)}]`;
  const speed =
    phase === 'filling' ? `${events.perSecond} events/s` : `${documents.done} of ${documents.total} documents`;
  const left = paused
    ? 'paused'
    : etaSeconds === null
      ? 'time left unknown'
      : `${etaIsRough ? 'roughly ' : ''}${durationOf(etaSeconds)} left`;
  return `${bar} ${String(percent).padStart(3)} %  ${phase}, ${speed}, ${left}`;
}
