/** What a run of a job does, by its kind, whichever route starts it. */
import type { RunTask } from '../../../domain/run.ts';
import { csvTask } from './csv-imports.ts';
import type { FoundJob } from './jobs.ts';
import { preprocessTask } from './preprocess.ts';
import { askOf, exportOf } from './script.ts';

/** Undefined = the flows of its pipeline. Throws `request.invalid`. */
export function taskOf(job: FoundJob): RunTask | undefined {
  const { data } = job;
  switch (data.kind) {
    case 'preprocess':
      return preprocessTask(data);
    case 'sql':
      return exportOf(data);
    case 'query':
      return askOf(data);
    case 'csv':
      return csvTask(job);
    case 'import':
    case 'file':
    case 'batch':
    case 'scan':
      return undefined;
  }
}
