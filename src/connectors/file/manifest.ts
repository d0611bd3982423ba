/**
 * The ledger of files: `<file>.headgate.json` beside the data. A publish is in it twice:
 *
 *   staged files synced → manifest says `pending` → data files renamed → manifest says published
 *
 * A kill before `pending` leaves the old files. A kill after it leaves files that the manifest can tell apart by size and
 * checksum, so that whoever claims next completes the renames: a pending publish is a decided one.
 */
import { readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import type { Publish } from '../../sdk/index.ts';
import { printOf, replaceText, samePrint, syncFolder } from './durable.ts';
import { isErrno } from '../../domain/errno.ts';

const version = 1;
const keptPublishes = 100;

const publishShape = z.object({
  token: z.string(),
  pipeline: z.string(),
  run: z.string(),
  fence: z.number(),
  at: z.string(),
  positions: z.record(z.string(), z.json()),
  tables: z.array(
    z.object({
      table: z.string(),
      staged: z.number(),
      added: z.number(),
      changed: z.number(),
      deduplicated: z.number(),
      deleted: z.number(),
      columns: z.array(z.object({ column: z.string(), from: z.string().exactOptional(), to: z.string() })).exactOptional(),
    }),
  ),
  checksums: z.array(z.string()),
});

const moveShape = z.object({ from: z.string(), to: z.string(), size: z.number(), crc32: z.number() });

const manifestShape = z.object({
  version: z.number(),
  fences: z.record(z.string(), z.number()),
  publishes: z.array(publishShape),
  pending: z.object({ publish: publishShape, moves: z.array(moveShape) }).optional(),
});

/** One file that gets its name: known by what is in it. */
export type Move = z.output<typeof moveShape>;
export type Manifest = z.output<typeof manifestShape>;

export async function readManifest(path: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return { version, fences: {}, publishes: [] };
    throw error;
  }
  const doing = `reading the ledger ${path}`;
  const json = parseJson(text);
  const head = z.object({ version: z.number() }).safeParse(json);
  if (head.success && head.data.version > version)
    throw new HeadgateError('ledger.newer', `${doing}: it has version ${head.data.version}`);
  const parsed = manifestShape.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new HeadgateError('file.format', `${doing}: it is not a ledger of Headgate`, {
    hint: 'move it away, or write to another file',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function writeManifest(path: string, manifest: Manifest): Promise<void> {
  await replaceText(path, `${JSON.stringify(manifest, undefined, 1)}\n`);
}

/** Newest first; of the pipeline's own, the last is never forgotten. */
export function withPublish({ pending: _done, ...manifest }: Manifest, publish: Publish): Manifest {
  const added = publishShape.parse(publish);
  const own = [added, ...manifest.publishes.filter(({ pipeline }) => pipeline === publish.pipeline)].slice(0, keptPublishes);
  const others = manifest.publishes.filter(({ pipeline }) => pipeline !== publish.pipeline);
  return { ...manifest, publishes: [...own, ...others] };
}

/** What a pending publish came to, without touching anything: true where its files can all be told to be there, under either name. */
export async function isDecided(moves: readonly Move[]): Promise<boolean> {
  // In the order in which a file goes: it is not missed while somebody renames it.
  for (const move of moves) if (!(await isAt(move, move.from)) && !(await isAt(move, move.to))) return false;
  return true;
}

const isAt = async (move: Move, path: string): Promise<boolean> => samePrint(await printOf(path), move);

/** Gives the files their names; those that have theirs already are left alone. */
export async function completeMoves(moves: readonly Move[]): Promise<void> {
  for (const move of moves) {
    if (await isAt(move, move.from)) await rename(move.from, move.to);
    await syncFolder(dirname(move.to));
  }
}

/** Completes what a killed publish had decided, or forgets it where its files are lost: then the old ones still stand. */
export async function recover(path: string, manifest: Manifest): Promise<Manifest> {
  const { pending, ...rest } = manifest;
  if (!pending) return manifest;
  const decided = await isDecided(pending.moves);
  if (decided) await completeMoves(pending.moves);
  const recovered = decided ? withPublish(manifest, pending.publish) : rest;
  await writeManifest(path, recovered);
  return recovered;
}

/** Whoever of this process came last to a manifest: the next one follows it. */
const queues = new Map<string, Promise<unknown>>();

/** A lock is held while files are assembled and renamed: whoever waits longer than this waits for something that is stuck. */
const lockTries = { times: 100, milliseconds: 100 };

/**
 * Runs `work` as the only one that changes this manifest: one after the other in this process, where several streams of one
 * command write to one folder. The lock file names its process, so that what a killed one left behind does not stop the
 * next. Throws `publish.busy`.
 */
export async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const turn = (queues.get(path) ?? Promise.resolve()).then(() => alone(path, work));
  const settled = turn.catch(() => undefined);
  queues.set(path, settled);
  try {
    return await turn;
  } finally {
    if (queues.get(path) === settled) queues.delete(path);
  }
}

async function alone<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  for (let tries = 1; !(await takeLock(lock)) && !((await isStale(lock)) && (await takeLock(lock))); tries++) {
    if (tries === lockTries.times)
      throw new HeadgateError('publish.busy', `locking ${path}: another process writes to these files`);
    await wait(lockTries.milliseconds);
  }
  try {
    await dropDead(breakingOf(lock)); // of somebody who was killed just after removing a dead owner's lock
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** A symbolic link that points to the number of its process: there with its content or not at all, and nothing beside it. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    await symlink(String(process.pid), lock);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * May the lock be taken now, because its owner is gone? Only whoever holds the second lock removes a dead owner's: of two that
 * saw the same dead owner, the slower one would else remove the lock of whoever came next.
 */
async function isStale(lock: string): Promise<boolean> {
  const owner = await ownerOf(lock);
  if (owner === 0) return true;
  if (isAlive(owner)) return false;
  const breaking = breakingOf(lock);
  if (!(await takeLock(breaking))) {
    await dropDead(breaking);
    return false;
  }
  if ((await ownerOf(lock)) === owner) await rm(lock, { force: true });
  await rm(breaking, { force: true });
  return true;
}

const breakingOf = (lock: string): string => `${lock}.break`;

async function dropDead(lock: string): Promise<void> {
  const owner = await ownerOf(lock);
  if (owner !== 0 && !isAlive(owner)) await rm(lock, { force: true });
}

/** 0 = there is no lock. */
const ownerOf = async (lock: string): Promise<number> => Number(await readlink(lock).catch(() => ''));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}
