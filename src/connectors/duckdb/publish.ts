import { HeadgateError } from '../../domain/error.ts';
import { refName } from '../../domain/schema.ts';
import type { Context, Duck, PublishRequest, PublishResult, TableResult } from '../../sdk/index.ts';
import { quoteTable, relationExists } from './catalog.ts';
import { addToLedger, checkFence, dropStages, ensureLedger, readLedger, stageOf } from './ledger.ts';
import { HeldPublish } from '../_sql/publish.ts';
import { publishTable } from './table.ts';
import { keepVersion, settleVersions } from './versions.ts';
import { count, transaction } from './transaction.ts';

/** One transaction: all tables and the ledger row, or nothing. */
export async function publish(duck: Duck, context: Context, request: PublishRequest): Promise<PublishResult> {
  const { pipeline, token, tables } = request;
  const names = tables.flatMap(({ staged }) => staged.map(({ ref }) => stageOf(ref).name));
  await ensureLedger(duck);
  let result: PublishResult;
  try {
    result = await transaction(duck, async (): Promise<PublishResult> => {
      await checkFence(duck, pipeline, request.fence);
      await context.failpoint('duckdb.publish.begun');
      const [earlier] = await readLedger(duck, pipeline, token);
      if (earlier) {
        await dropStages(duck, pipeline, names);
        return { status: 'already', tables: earlier.tables };
      }
      for (const table of tables) await countAgain(duck, table);
      const results: TableResult[] = [];
      for (const table of tables) {
        await keepVersion(duck, request, table.target);
        results.push(await publishTable(duck, table, request));
        await settleVersions(duck, request, table.target);
      }
      await context.failpoint('duckdb.publish.written');
      await addToLedger(duck, request, results);
      await dropStages(duck, pipeline, names);
      await context.failpoint('duckdb.publish.before-commit');
      return { status: 'published', tables: results };
    });
  } catch (error) {
    if (!(error instanceof HeldPublish)) throw error;
    await transaction(duck, async () => await dropStages(duck, pipeline, names));
    return { status: 'held', tables: [], held: error.held };
  }
  await context.failpoint('duckdb.publish.committed');
  await checkpoint(duck);
  return result;
}

/** Staged rows are counted again inside the transaction that makes them visible: a lost stage must not publish as an empty one. */
async function countAgain(duck: Duck, { target, staged }: PublishRequest['tables'][number]): Promise<void> {
  for (const { ref, rows } of staged) {
    const stage = stageOf(ref);
    const found = (await relationExists(duck, stage))
      ? await count(duck, `select count(*) from ${quoteTable(stage)}`)
      : undefined;
    if (found === rows) continue;
    const what = found === undefined ? 'are gone' : `are ${found} now`;
    throw new HeadgateError('publish.counts', `publishing ${refName(target.table)}: ${rows} staged rows ${what}`);
  }
}

/** Moves the log into the file, so that a crash later has nothing to replay. Another transaction may be in the way. */
async function checkpoint(duck: Duck): Promise<void> {
  try {
    await duck.run('checkpoint');
  } catch (error) {
    if (!(error instanceof HeadgateError) || error.code !== 'publish.busy') throw error;
  }
}
