/** What a run says: to its users, in its own log, and to the operator, in that of the process. */
import type { ProcessLog } from '../observe/log.ts';
import type { Log } from '../sdk/index.ts';
import type { OpenDb } from '../store/db.ts';
import { appendLog } from '../store/run-logs.ts';

/** One line after the other, in order; what cannot be written does not stop a run. */
export function logTo(db: OpenDb, run: string, process: ProcessLog): { readonly log: Log; flush(): Promise<void> } {
  let last: Promise<void> = Promise.resolve();
  const add = (level: 'info' | 'warn', message: string, fields: Parameters<Log['info']>[1] = {}): void => {
    process.say(level, message, fields);
    last = last.then(() => appendLog(db, run, level, message, fields)).catch(() => undefined);
  };
  return {
    log: { info: (message, fields) => add('info', message, fields), warn: (message, fields) => add('warn', message, fields) },
    flush: async () => await last,
  };
}
