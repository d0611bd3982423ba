import type { Db } from '../../store/db.ts';
import { pipelinesWithoutRight } from '../../store/grants.ts';
import { cancelUnfinished } from '../../store/runs.ts';

/** Pipelines act for their owners: what runs or waits and would no longer be allowed to start is stopped, in the same transaction. */
export async function stopUngranted(tx: Db, workspace: number): Promise<void> {
  const pipelines = await pipelinesWithoutRight(tx, workspace);
  if (pipelines.length > 0) await cancelUnfinished(tx, workspace, pipelines);
}
