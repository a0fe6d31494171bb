/** What an operator should hear of: a consumer `crashed`, one `stuck` and replaced, an empty range `passed`. */
export type ConsumerAlarm = 'crashed' | 'stuck' | 'passed';

export interface ConsumerAlarms {
  raised(alarm: ConsumerAlarm): void;
}
