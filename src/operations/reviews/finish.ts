/** The end of a review: its rows become the result of the import, once. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HeadgateError } from '../../domain/error.ts';
import { hasHooks } from '../../domain/fields/hooks.ts';
import type { Json } from '../../domain/json.ts';
import { createContext } from '../../engine/context.ts';
import { beforeFinish } from '../../hooks/hooks.ts';
import { runBeforeFinish } from '../../hooks/steps.ts';
import { deliveredSql, foundIn, type Found } from '../../review/deliver.ts';
import { endingOf } from '../../review/ending.ts';
import { StaleEdit } from '../../review/apply.ts';
import type { OpenReview } from '../../review/open-review.ts';
import type { Db } from '../../store/db.ts';
import { finishReview, holdReview } from '../../store/reviews.ts';
import { storeFile } from '../files/store.ts';
import { silent } from '../log.ts';
import type { Ports } from '../operation.ts';
import { roomOf } from '../room.ts';
import { jsonArray } from '../runs/json-array.ts';
import { hooksOf, openReviewSandbox } from '../schemas/check-hooks.ts';
import { deskKey, deskOf, forgetRows, freshen, withReview, type Reviewed } from './open.ts';

export interface Ended {
  /** A hook does not let it end: what it says. */
  readonly cancelled?: string;
}

const rowsName = 'rows.json';

export interface Delivered {
  /** Their file. */
  readonly file: string;
  readonly rows: number;
}

export interface Ending {
  /** What whoever ends it has seen. */
  readonly version: number;
  /** Whose the rows are. */
  readonly pipeline: string;
  /** In the transaction in which it ends: others hear of it, or it has not ended. */
  ended(tx: Db, delivered: Delivered): Promise<void>;
}

/** Throws `object.conflict` where it cannot end, `StaleEdit`. Ending it twice is ending it once. */
export async function endReview(
  ports: Ports,
  reviewed: Reviewed,
  { version, pipeline: owner, ended: tell }: Ending,
): Promise<Ended> {
  const { db, clock } = ports;
  const { workspace, id } = reviewed;
  const ended = await withReview(ports, reviewed, async (review) => {
    return await db.tx(async (tx): Promise<Ended> => {
      const row = await holdReview(tx, workspace, id);
      if (!row) throw new HeadgateError('object.missing', 'there is no such review');
      if (row.finished_at !== null) return {};
      await freshen(tx, reviewed, review);
      if (review.known > version) throw new StaleEdit(-1);
      await requireReady(review, reviewed);
      const found = await foundIn(review, reviewed.task);
      const cancelled = await askBefore(ports, review, reviewed, found);
      if (cancelled !== undefined) return { cancelled };
      const file = await store(ports, reviewed, review, owner);
      await finishReview(tx, workspace, id, { at: clock.now(), result: found, file });
      await tell(tx, { file, rows: found.counts.delivered });
      return {};
    });
  });
  if (ended.cancelled === undefined) {
    await deskOf(ports).close(deskKey(reviewed));
    await forgetRows(ports.dataDir, reviewed);
  }
  return ended;
}

async function requireReady(review: OpenReview, { task }: Reviewed): Promise<void> {
  const { blocked, message } = endingOf(await review.counts(), task);
  if (blocked) throw new HeadgateError('object.conflict', `ending a review: ${message}`);
}

async function store(ports: Ports, { workspace, task }: Reviewed, review: OpenReview, owner: string): Promise<string> {
  await using context = await createContext({ ...roomOf(ports, workspace), signal: new AbortController().signal, log: silent });
  const path = join(context.scratch, rowsName);
  const { batches } = await review.duck.stream(deliveredSql(review.plan, task));
  await pipeline(Readable.from(jsonArray(batches)), createWriteStream(path));
  return await storeFile(ports, { workspace, pipeline: { id: owner } }, { name: rowsName, path, type: 'application/json' });
}

/** Undefined = nobody minds. Throws `HookError`s. */
async function askBefore(
  ports: Ports,
  { duck, plan }: OpenReview,
  { task }: Reviewed,
  found: Found,
): Promise<string | undefined> {
  const hooks = hasHooks(task.hooks) ? hooksOf(task.hooks) : {};
  if (beforeFinish(hooks).length === 0) return undefined;
  await using sandbox = openReviewSandbox(ports);
  const rows = await duck.rows(`select * from (${deliveredSql(plan, task)}) limit ${sandbox.limits.bulkRows + 1}`);
  const data = rows.map(([row]) => JSON.parse(row ?? 'null') as Json); // as we wrote it
  const about = { ...task.about, rowsWithError: found.invalidRows, errors: found.errors, rawHeaders: found.headers };
  const metadata = JSON.parse(JSON.stringify(about)) as Json; // plain data
  const { cancel, message } = await runBeforeFinish(sandbox, hooks, data, metadata, () => Promise.resolve());
  return cancel ? (message ?? 'A hook has stopped the import') : undefined;
}
