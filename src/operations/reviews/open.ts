/** The rows of a review at hand: from their file where it is good, else made again from the original and the log. */
import { existsSync } from 'node:fs';
import { readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HeadgateError } from '../../domain/error.ts';
import type { AssessTask } from '../../domain/run.ts';
import { createContext } from '../../engine/context.ts';
import { buildReview } from '../../review/build.ts';
import { noChoices, type Choices } from '../../review/choices.ts';
import type { Desk, Turn } from '../../review/desk.ts';
import { entry as entryForm, written, type Entry, type Logged } from '../../review/edit.ts';
import { OpenReview } from '../../review/open-review.ts';
import { hasHooks } from '../../domain/fields/hooks.ts';
import type { Duck } from '../../sdk/index.ts';
import { openDuck } from '../../staging/duck.ts';
import type { Db } from '../../store/db.ts';
import { lastReread, listEdits } from '../../store/reviews.ts';
import { plainSheet } from '../files/plain-file.ts';
import { hooksOf, openReviewSandbox, openSandbox } from '../schemas/check-hooks.ts';
import { silent } from '../log.ts';
import type { Ports } from '../operation.ts';
import { openReviewFolder, reviewFile, reviewFolder, stampOf } from './keep.ts';
import { roomOf } from '../room.ts';

export type { EditLimits } from '../../review/limits.ts';

/** What is reviewed. */
export interface Reviewed {
  readonly workspace: number;
  readonly id: string;
  /** That has looked at it first. */
  readonly run: string;
  /** The original, as flows name uploaded files. */
  readonly file: string;
  readonly task: AssessTask;
  /** Texts of one field that somebody is asked the meaning of; where there are more, rows are the place. */
  readonly mostValues: number;
}

export interface Begun {
  readonly choices: Choices;
  /** The entry that said so; 0 = none. */
  readonly from: number;
}

/** What the file was last read by. */
export async function begunBy(db: Db, { workspace, id }: Reviewed): Promise<Begun> {
  const last = await lastReread(db, workspace, id);
  if (!last) return { choices: noChoices, from: 0 };
  const said = entryForm.parse(last.entry);
  if (said.kind !== 'reread') throw new Error('the entry of a reread');
  return { choices: said.choices, from: Number(last.seq) };
}

export const deskOf = ({ reviews }: Pick<Ports, 'reviews'>): Desk => {
  if (reviews) return reviews;
  throw new HeadgateError('internal.unexpected', 'opening a review: this process holds none');
};

export const deskKey = ({ workspace, id }: Reviewed): string => `${workspace}/${id}`;

/** Alone with its rows, as the log has them. Throws `file.format`, `rule.timeout`, `HookError`s. */
export async function withReview<T>(
  ports: Ports,
  reviewed: Reviewed,
  work: (review: OpenReview, turn: Turn) => Promise<T>,
): Promise<T> {
  const isCurrent = async ({ from }: OpenReview): Promise<boolean> => (await begunBy(ports.db, reviewed)).from === from;
  const keeping = { isCurrent, open: async (signal: AbortSignal) => await openRows(ports, reviewed, signal) };
  const shared = deskOf(ports).use(deskKey(reviewed), keeping, async (review, turn) => {
    await freshen(ports.db, reviewed, review);
    return await work(review, turn);
  });
  return await shared.catch((error: unknown) => {
    throw ofOurs(error) ? new HeadgateError('internal.unexpected', 'looking at the rows of a review', { cause: error }) : error;
  });
}

/** Statements here are ours: what is wrong with one, or where its file lies, is nobody's business who has a link. */
const ofOurs = (error: unknown): boolean => error instanceof HeadgateError && /^(query|warehouse|memory)\./.test(error.code);

/** What others have written into the log. */
export async function freshen(db: Db, { workspace, id }: Reviewed, review: OpenReview): Promise<void> {
  for (const row of await listEdits(db, workspace, id, { after: review.known, known: review.applied })) {
    const seq = Number(row.seq);
    const said = row.entry as Pick<Entry, 'kind'>; // as we wrote it
    if (seq > review.applied) await (await review.begin(loggedOf(seq, row.entry))).commit();
    else review.add({ seq, entry: said });
  }
}

function loggedOf(seq: number, row: unknown): ReturnType<typeof changeOf> {
  const { hooked } = written.parse(row);
  return { ...changeOf({ seq, entry: entryForm.parse(row) }), hooked };
}

/** Whoever begins anew opens anew. */
export function changeOf({ seq, entry }: Logged): Logged & { readonly entry: Exclude<Entry, { kind: 'reread' }> } {
  if (entry.kind === 'reread') throw new HeadgateError('object.conflict', 'the file is being read anew: ask again');
  return { seq, entry };
}

async function openRows(ports: Ports, reviewed: Reviewed, signal: AbortSignal): Promise<OpenReview> {
  const { task, id } = reviewed;
  const begun = await begunBy(ports.db, reviewed);
  const { choices, from } = begun;
  const { folder, path, stamp } = await placeOf(ports, reviewed, begun);
  const scratch = join(folder, `${id}.scratch`);
  const open = async (): Promise<OpenReview> => {
    const env = { scratch: folder, signal, within: [folder] };
    const duck = await (ports.openDuck ?? openDuck)({ path }, env);
    try {
      const [[known = null] = []] = await duck.rows('select stamp from about');
      if (known !== stamp) throw new HeadgateError('warehouse.damaged', 'opening a review: its file is of another one');
      const hooking = hasHooks(task.hooks)
        ? { sandbox: openReviewSandbox(ports, signal), hooks: hooksOf(task.hooks) }
        : undefined;
      return await OpenReview.open({ duck, choices, from, scratch, hooking });
    } catch (error) {
      await duck[Symbol.asyncDispose]();
      throw error;
    }
  };
  // Whatever is wrong with the file: it is only a copy.
  const known = existsSync(path) ? await open().catch(() => undefined) : undefined;
  if (known) return known;
  signal.throwIfAborted();
  await forgetRows(ports.dataDir, reviewed);
  await makeRows(ports, reviewed, begun, signal);
  return await open();
}

interface Place {
  readonly folder: string;
  readonly path: string;
  /** By which its rows are known there. */
  readonly stamp: string;
}

async function placeOf({ dataDir }: Ports, { workspace, id, run }: Reviewed, { choices, from }: Begun): Promise<Place> {
  const folder = await openReviewFolder(dataDir, workspace);
  return { folder, path: reviewFile(folder, id, from), stamp: stampOf(run, choices, from) };
}

/** Where whoever opens the review with that entry finds them. Throws `file.format`, `rule.timeout`, `HookError`s: then there are none. */
export async function makeRows(ports: Ports, reviewed: Reviewed, begun: Begun, signal: AbortSignal): Promise<void> {
  const { task, workspace, file: original } = reviewed;
  const { choices, from } = begun;
  const { path, stamp } = await placeOf(ports, reviewed, begun);
  await using context = await createContext({ ...roomOf(ports, workspace), signal, log: silent });
  const scratch = join(await realpath(context.scratch), 'review');
  await using duck = await context.duck();
  await using sandbox = openSandbox(ports, signal);
  const hooking = hasHooks(task.hooks) ? { sandbox, hooks: hooksOf(task.hooks) } : undefined;
  const sheet = choices.sheet ?? task.sheet;
  await plainSheet(original, { ...task, sheet }, context, async (file, isNamed) => {
    await buildReview(duck, { file, isNamed, task, choices, stamp, from, scratch, hooking });
  });
  await rename(`${scratch}.review`, path);
}

/** The rows on a connection of its own, to read from. They are there: `withReview` has made them. */
export async function lookAside(ports: Ports, reviewed: Reviewed, signal: AbortSignal): Promise<Duck> {
  const { from } = await begunBy(ports.db, reviewed);
  const folder = await realpath(reviewFolder(ports.dataDir, reviewed.workspace));
  const path = reviewFile(folder, reviewed.id, from);
  return await (ports.openDuck ?? openDuck)({ path }, { scratch: folder, signal, within: [folder] });
}

/** What was made of the original goes: it can be made again. `but` = the entry whose rows stay. */
export async function forgetRows(
  dataDir: string,
  { workspace, id }: Pick<Reviewed, 'workspace' | 'id'>,
  but?: number,
): Promise<void> {
  const folder = reviewFolder(dataDir, workspace);
  const names = await readdir(folder).catch(() => []);
  const kept = but === undefined ? undefined : basename(reviewFile(folder, id, but));
  for (const name of names)
    if (name.startsWith(`${id}.`) && name !== kept) await rm(join(folder, name), { force: true, recursive: true });
}
