/** The work of a run that is not that of its pipeline's flows. */
import { HeadgateError } from '../../domain/error.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { RunTask } from '../../domain/run.ts';
import type { RunRow } from '../../store/runs.ts';
import { replaceOutputs } from '../../store/run-outputs.ts';
import { answerRows } from './answer-rows.ts';
import { assessFile } from './assess-file.ts';
import { deliverFile } from './deliver-assessed.ts';
import { exportRows } from './export-rows.ts';
import { prepareFiles } from './prepare-files.ts';
import { replayRows, type TaskWork } from './replay-rows.ts';
import { undoTable } from './undo-table.ts';

/** Undefined where no table was written: what was made stands among the outputs of the run. */
export async function doTask(run: RunRow, task: RunTask, work: TaskWork): Promise<Receipt | undefined> {
  const { db } = work.execution;
  const { workspace } = work.opened;
  switch (task.kind) {
    case 'replay':
      return await replayRows(run, task, work);
    case 'undo':
      return await undoTable(run, task, work);
    case 'export':
      await replaceOutputs(db, workspace, run.id, await exportRows(task, work));
      return undefined;
    case 'ask':
      await replaceOutputs(db, workspace, run.id, await answerRows(task, work));
      return undefined;
    case 'prepare':
      await replaceOutputs(db, workspace, run.id, await prepareFiles(task, work));
      return undefined;
    case 'assess':
      return await assessFile(run.id, task, work);
    case 'deliver':
      return await deliverFile(run.id, task, work);
    case 'refuse':
      throw new HeadgateError('connector.missing', task.reason);
  }
}
