/** What a process tells about itself: lines and spans. */
import { silentLog, type ProcessLog } from './log.ts';
import { noTraces, type Traces } from './traces.ts';

export interface Watch {
  readonly log: ProcessLog;
  readonly traces: Traces;
}

export const unwatched: Watch = { log: silentLog, traces: noTraces };
