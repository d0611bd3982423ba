/** The end of a review: its rows become the result of the import, once. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HeadgateError } from '../../domain/error.ts';
import { hasHooks } from '../../domain/fields/hooks.ts';
import type { Json } from '../../domain/json.ts';
import { createContext } from '../../engine/context.ts';
import { closeRows, hasClosing, type Closed, type Closing } from '../../review/closing.ts';
import { deliveredSql, foundIn, type Found } from '../../review/deliver.ts';
import { entry as entryForm, type Hooked } from '../../review/edit.ts';
import { endingOf } from '../../review/ending.ts';
import { StaleEdit } from '../../review/apply.ts';
import type { OpenReview } from '../../review/open-review.ts';
import type { Duck } from '../../sdk/index.ts';
import type { Asked, Confirmation } from '../../shape/assess/confirm.ts';
import type { Db } from '../../store/db.ts';
import { setExpiry } from '../../store/files.ts';
import { finishReview, holdReview, keepReasons, listEdits } from '../../store/reviews.ts';
import { storeFile } from '../files/store.ts';
import { silent } from '../log.ts';
import type { Ports } from '../operation.ts';
import { roomOf } from '../room.ts';
import { jsonArray } from '../runs/json-array.ts';
import { hooksOf, openReviewSandbox } from '../schemas/check-hooks.ts';
import { write } from './change.ts';
import { deskKey, deskOf, forgetRows, freshen, lookAside, withReview, type Reviewed } from './open.ts';

export interface Ended {
  /** Why it has not. */
  readonly blocks: readonly { readonly code: string; readonly message: string }[];
  /** What somebody has to say yes to first. */
  readonly confirmation?: Confirmation;
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
  /** They say yes to what hooks want confirmed. */
  readonly confirmed: boolean;
  /** Whose the rows are. */
  readonly pipeline: string;
  /** What hooks have said of the import before. */
  readonly told: Readonly<Record<string, Json>>;
  /** In the transaction in which it ends, with what is delivered: what follows from that happens, or it has not ended. */
  ended(tx: Db, delivered: Delivered): Promise<void>;
}

/** Throws `object.conflict` where it cannot end, `StaleEdit`, `HookError`s. Ending it twice is ending it once. */
export async function endReview(
  ports: Ports,
  reviewed: Reviewed,
  { version, confirmed, pipeline: owner, told, ended: tell }: Ending,
): Promise<Ended> {
  const { db, clock } = ports;
  const { workspace, id } = reviewed;
  const ended = await withReview(ports, reviewed, async (review) => {
    const held = await db.tx(async (tx): Promise<End['closed'] | undefined> => {
      const row = await holdReview(tx, workspace, id);
      if (!row) throw new HeadgateError('object.missing', 'there is no such review');
      if (row.finished_at !== null) return undefined;
      await freshen(tx, reviewed, review);
      if (review.edited > version) throw new StaleEdit(-1);
      await requireReady(review, reviewed);
      const confirming = { asked: await askedBefore(tx, reviewed, review), confirmed };
      await using end = await openEnd(ports, reviewed, review, { told, confirming });
      const { found, rows } = end.closed;
      if (rows === undefined) return end.closed;
      const file = await store(ports, reviewed, { duck: end.duck, rows }, owner);
      await finishReview(tx, workspace, id, { at: clock.now(), result: found, file });
      await setExpiry(tx, workspace, file, null); // until the import is deleted
      await tell(tx, { file, rows: found.counts.delivered });
      return undefined;
    });
    const blocks = held?.found.blocks ?? [];
    if (blocks.length > 0) await keepReasons(db, workspace, id, { version: review.edited, blocks });
    if (held) await keepTold(ports, reviewed, review, held);
    return { blocks, ...(held?.held && { confirmation: held.held.confirmation }) };
  });
  if (ended.blocks.length === 0 && !ended.confirmation) {
    await deskOf(ports).close(deskKey(reviewed));
    await forgetRows(ports.dataDir, reviewed);
  }
  return ended;
}

async function requireReady(review: OpenReview, { task }: Reviewed): Promise<void> {
  const { blocked, message } = endingOf(await review.counts(), task);
  if (blocked) throw new HeadgateError('object.conflict', `ending a review: ${message}`);
}

interface End extends AsyncDisposable {
  /** Where its rows are asked for. */
  readonly duck: Duck;
  readonly closed: Pick<Closed, 'held' | 'hooked' | 'rows'> & { readonly found: Found | Closed['found'] };
}

/** Where nobody has a say the rows are what they were found to be, one after the other. */
async function openEnd(
  ports: Ports,
  reviewed: Reviewed,
  review: OpenReview,
  { told, confirming }: Pick<Closing, 'confirming' | 'told'>,
): Promise<End> {
  const { task } = reviewed;
  const { duck, plan } = review;
  const hooks = hasHooks(task.hooks) ? hooksOf(task.hooks) : {};
  if (!hasClosing(hooks)) {
    const closed = { found: { ...(await foundIn(review, task)), told }, rows: deliveredSql(plan, task), hooked: noneHooked };
    return { duck, closed, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  await using parts = new AsyncDisposableStack();
  const aside = parts.use(await lookAside(ports, reviewed, new AbortController().signal));
  const sandbox = parts.use(openReviewSandbox(ports));
  const { scratch } = review;
  const closed = await closeRows({ duck: aside, plan, task, told, scratch, hooking: { sandbox, hooks }, confirming });
  const held = parts.move();
  return { duck: aside, closed, [Symbol.asyncDispose]: async () => await held.disposeAsync() };
}

const noneHooked: Hooked = { cells: [], notes: [], options: [] };

/** What the hooks of the end have said of cells is there for whoever puts them right, and what they asked for, for whoever confirms it. */
async function keepTold(ports: Ports, reviewed: Reviewed, review: OpenReview, { hooked, held }: End['closed']): Promise<void> {
  if (hooked.notes.length === 0 && !held) return;
  // Others may write before this does: it is about the rows as they were.
  const asked = held && { at: review.edited, calls: held.asked.map((calls) => [...calls]) };
  const entry = { kind: 'told' as const, ...(asked && { asked }) };
  await write(ports, reviewed, review, () => Promise.resolve({ entry, about: null, hooked }));
}

/** What the hooks of the end have asked for when they saw these very rows; undefined = they have not seen them. */
async function askedBefore(db: Db, { workspace, id }: Reviewed, { edited }: OpenReview): Promise<Asked | undefined> {
  const told = await listEdits(db, workspace, id, { after: edited, known: 0 });
  const asked = told
    .map(({ entry: said }) => entryForm.parse(said))
    .flatMap((said) => (said.kind === 'told' ? [said.asked] : []));
  return asked.findLast((one) => one !== undefined && one.at === edited)?.calls;
}

interface Rows {
  readonly duck: Duck;
  readonly rows: string;
}

async function store(ports: Ports, { workspace }: Reviewed, { duck, rows }: Rows, owner: string): Promise<string> {
  await using context = await createContext({ ...roomOf(ports, workspace), signal: new AbortController().signal, log: silent });
  const path = join(context.scratch, rowsName);
  const { batches } = await duck.stream(rows);
  await pipeline(Readable.from(jsonArray(batches)), createWriteStream(path));
  return await storeFile(ports, { workspace, pipeline: { id: owner } }, { name: rowsName, path, type: 'application/json' });
}
