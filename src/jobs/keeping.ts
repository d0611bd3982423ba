/**
 * What goes when it is old: one entry per kind, which is all that a new kind needs. And how much is kept, which is told when it passes
 * its budget.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isErrno } from '../domain/errno.ts';
import { objectsFolder } from '../storage/local.ts';
import type { Db, OpenDb } from '../store/db.ts';
import { happen } from '../store/events.ts';
import { markPassed, removeOld, saveKept } from '../store/keeping.ts';
import { sessionDays } from '../store/review-sessions.ts';
import { openReviews } from '../store/reviews.ts';
import { bytesBelow, removeReviewRows, removeScratch } from './kept-files.ts';

export interface KeepingSettings {
  readonly dataDir: string;
  readonly keepRunsDays: number;
  readonly keepLogsDays: number;
  readonly keepRejectsDays: number;
  readonly keepEventsDays: number;
  readonly keepAuditDays: number;
  /** Bytes that the data directory may take; absent = as many as there are. */
  readonly diskBudget?: number | undefined;
}

interface Kept {
  readonly kind: string;
  /** Days; undefined = it goes whenever nobody needs it. */
  days(settings: KeepingSettings): number;
  /** What is older than `before`. Resolves to how much went. */
  remove(of: { readonly db: Db; readonly dataDir: string }, before: Date): Promise<number>;
}

/** The order is that of need: what others refer to goes last. */
const kinds: readonly Kept[] = [
  { kind: 'run logs', days: (of) => of.keepLogsDays, remove: async ({ db }, before) => await removeOld(db, 'run_logs', before) },
  { kind: 'rejects', days: (of) => of.keepRejectsDays, remove: async ({ db }, before) => await removeOld(db, 'rejects', before) },
  { kind: 'runs', days: (of) => of.keepRunsDays, remove: async ({ db }, before) => await removeOld(db, 'runs', before) },
  // Their bytes went when they were over (sweeper.ts).
  { kind: 'uploads', days: (of) => of.keepRunsDays, remove: async ({ db }, before) => await removeOld(db, 'files', before) },
  {
    kind: 'deliveries',
    days: (of) => of.keepEventsDays,
    remove: async ({ db }, before) => await removeOld(db, 'deliveries', before),
  },
  { kind: 'events', days: (of) => of.keepEventsDays, remove: async ({ db }, before) => await removeOld(db, 'events', before) },
  // Who repeats a request within a day gets the first answer.
  { kind: 'idempotency', days: () => 1, remove: async ({ db }, before) => await removeOld(db, 'idempotency', before) },
  { kind: 'audit', days: (of) => of.keepAuditDays, remove: async ({ db }, before) => await removeOld(db, 'audit', before) },
  {
    kind: 'review sessions',
    days: () => sessionDays,
    remove: async ({ db }, before) => await removeOld(db, 'review_sessions', before),
  },
  // Before it the link has ended: nobody comes back to them.
  {
    kind: 'review rows',
    days: () => 0,
    remove: async ({ db, dataDir }, before) =>
      await removeReviewRows(dataDir, async (workspace, ids) => new Set(await openReviews(db, workspace, ids, before))),
  },
  { kind: 'scratch', days: () => 0, remove: async ({ dataDir }) => await removeScratch(dataDir, isAlive) },
];

/** Folders of the data directory whose size is told. */
const measured: Readonly<Record<string, string>> = { files: 'files', engine: 'engine', state: 'state', uploads: objectsFolder };

/** The operator's own: what is about the whole installation is told there. */
const firstWorkspace = 1;

/** Resolves to how much went, by kind; a kind that fails is left for the next time. */
export async function keep(db: OpenDb, settings: KeepingSettings, now: Date): Promise<ReadonlyMap<string, number>> {
  const gone = new Map<string, number>();
  for (const { kind, days, remove } of kinds) {
    const before = new Date(now.getTime() - days(settings) * 86_400_000);
    const count = await remove({ db, dataDir: settings.dataDir }, before).catch(() => 0);
    if (count > 0) gone.set(kind, count);
  }
  await measure(db, settings, now);
  return gone;
}

async function measure(db: OpenDb, { dataDir, diskBudget }: KeepingSettings, now: Date): Promise<void> {
  const place = hostname();
  const sizes = new Map<string, number>();
  for (const [kind, folder] of Object.entries(measured)) sizes.set(kind, await bytesBelow(join(dataDir, folder)));
  const used = [...sizes.values()].reduce((all, bytes) => all + bytes, 0);
  if (diskBudget !== undefined) sizes.set('budget', diskBudget);
  await db.tx(async (tx) => {
    await saveKept(tx, place, sizes);
    if (diskBudget === undefined || !(await markPassed(tx, place, used > diskBudget))) return;
    const data = { place, used_bytes: used, budget_bytes: diskBudget, by_kind: Object.fromEntries(sizes) };
    await happen(tx, { workspace: firstWorkspace, kind: 'disk.budget', data }, now);
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, and belongs to somebody else.
    return isErrno(error, 'EPERM');
  }
}
