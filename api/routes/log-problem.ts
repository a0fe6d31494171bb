/** What a caller is told when Kafka cannot be asked for what happened. */
import { SearchesCrowded } from '../history/aggregate-log.js';
import { Problem } from '../http/problems.js';
import { LogUnavailable } from '../ports/errors.js';

/** The error itself where it is another. */
export function logProblem(error: unknown): unknown {
  if (error instanceof LogUnavailable) return new Problem('history-unavailable', `${error.message} Try again.`);
  if (error instanceof SearchesCrowded) {
    return new Problem('overloaded', 'As many long searches in Kafka are under way as may be. Try again.');
  }
  return error;
}
