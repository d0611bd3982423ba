/** What a run of a job does, by its kind, whichever route starts it. */
import type { RunTask } from '../../../domain/run.ts';
import type { RouteContext } from '../../dialect.ts';
import { csvTask } from './csv-import.ts';
import { fileTask } from './file-import.ts';
import { bodyOf, importTask } from './import.ts';
import type { Job } from './jobs.ts';
import { preprocessTask } from './preprocess-task.ts';
import { askOf, exportOf } from './script.ts';

/** Undefined = the flows of its pipeline. Throws `request.invalid`. */
export async function taskOf(context: RouteContext, job: Job): Promise<RunTask | undefined> {
  const { data } = job;
  switch (data.kind) {
    case 'preprocess':
      return preprocessTask(data);
    case 'sql':
      return exportOf(data);
    case 'query':
      return askOf(data);
    case 'csv':
      return await csvTask(context, data);
    case 'import':
      return importTask(bodyOf(data));
    case 'file':
      return await fileTask(context, job);
    case 'scan':
      return { kind: 'ask', rows: 1 };
    case 'batch':
      return undefined;
  }
}
