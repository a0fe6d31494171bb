import { type Logger, pino } from 'pino';

export type Log = Logger;

/** JSON lines on standard output. Connection strings lose their credentials before they are logged. */
export function createLog(name: string, level: string): Log {
  return pino({ name, level, base: { name, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime });
}

/** `mongodb://user:secret@host/` → `mongodb://host/` */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
