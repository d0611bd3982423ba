/**
 * Objects as files of a directory. An object gets its name when all of it is on disk; what belongs to attempts stands beside it, with
 * `~` behind the name, and goes with it.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { isErrno } from '../domain/errno.ts';
import { asHeadgateError } from '../domain/error.ts';
import { exactly } from './exactly.ts';
import { ontoDisk } from './onto-disk.ts';
import { joinInPlace, oneBehindTheOther, place, unplace } from './placed.ts';
import type { ByteRange, PartRef, Storage, StoredObject } from './storage.ts';

/** Of a data directory: where uploaded files lie unless a bucket is named. */
export const objectsFolder = 'objects';

/** Bytes that one stream holds at most. */
const buffer = 1 << 17;

export class LocalStorage implements Storage {
  readonly smallestPart = 0;
  readonly #root: string;

  /** `root` is made where it is missing. */
  constructor(root: string) {
    this.#root = root;
  }

  path(key: string): string {
    if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(key) || /(?:^|\/)\.{1,2}(?:\/|$)/.test(key)) throw new Error('a key of ours');
    return join(this.#root, key);
  }

  async put(key: string, bytes: AsyncIterable<Uint8Array>, size: number): Promise<void> {
    const path = this.path(key);
    await saying('storing a file', async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await write(path, exactly(bytes, size), token());
    });
  }

  async adopt(key: string, path: string): Promise<boolean> {
    const own = this.path(key);
    return await saying('storing a file', async () => {
      await mkdir(dirname(own), { recursive: true, mode: 0o700 });
      await using file = await open(path, 'r');
      await file.sync();
      try {
        await link(path, own);
      } catch {
        return false;
      }
      await using folder = await open(dirname(own), 'r');
      await folder.sync();
      return true;
    });
  }

  async get(key: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array>> {
    return await saying('opening a stored file', async () => {
      const handle = await open(this.path(key), 'r');
      const bounds = range && { start: range.from, end: range.to - 1 };
      return createReadStream('', { fd: handle, highWaterMark: buffer, ...bounds });
    });
  }

  async size(key: string): Promise<number | undefined> {
    return await sizeOf(this.path(key));
  }

  async begin(key: string): Promise<string> {
    const upload = token();
    await saying('beginning an upload', async () => await mkdir(this.#parts(key, upload), { recursive: true, mode: 0o700 }));
    return upload;
  }

  async part(key: string, upload: string, number: number, bytes: AsyncIterable<Uint8Array>, size: number): Promise<string> {
    const folder = this.#parts(key, upload);
    return await saying('storing a part', async () => {
      const placed = await place(folder, number, size, exactly(bytes, size));
      if (placed !== undefined) return placed;
      const name = `${number}.${token()}`;
      await write(join(folder, name), exactly(bytes, size), token());
      // Its end says which one of several counts; the others are in nobody's way until then.
      const older = (await readdir(folder)).filter((one) => one.startsWith(`${number}.`) && one !== name && !one.includes('~'));
      for (const one of older) await rm(join(folder, one), { force: true });
      await unplace(folder, number);
      return name;
    });
  }

  async complete(key: string, upload: string, parts: readonly PartRef[]): Promise<void> {
    const path = this.path(key);
    const folder = this.#parts(key, upload);
    const whole = parts.reduce((sum, { size }) => sum + size, 0);
    // An earlier attempt came as far as this, and its answer was lost.
    if ((await sizeOf(path)) === undefined) {
      const safe = parts.map((part) => ({ ...part, ref: basename(part.ref) }));
      await saying('joining parts', async () => {
        try {
          const joined = await joinInPlace(folder, safe);
          if (joined === undefined) await write(path, exactly(oneBehindTheOther(folder, safe), whole), token());
          else await name(joined, path);
        } catch (error) {
          // Of several who join the same parts, the first takes them away from the others.
          if ((await sizeOf(path)) !== whole) throw error;
        }
      });
    }
    await rm(folder, { recursive: true, force: true });
  }

  async abort(key: string, upload: string): Promise<void> {
    await rm(this.#parts(key, upload), { recursive: true, force: true });
  }

  async delete(key: string): Promise<void> {
    const path = this.path(key);
    await saying('deleting a stored file', async () => {
      const beside = await readdir(dirname(path)).catch(() => []);
      const own = beside.filter((name) => name === basename(path) || name.startsWith(`${basename(path)}~`));
      for (const name of own) await rm(join(dirname(path), name), { recursive: true, force: true });
    });
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const found = await readdir(this.#root, { recursive: true, withFileTypes: true }).catch(() => []);
    const keys = found
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.#root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
      .filter((key) => key.startsWith(prefix) && !key.includes('~'))
      .sort();
    for (const key of keys) {
      const size = await this.size(key);
      if (size !== undefined) yield { key, size };
    }
  }

  #parts(key: string, upload: string): string {
    return `${this.path(key)}~${upload}`;
  }
}

const token = (): string => randomBytes(8).toString('hex');

/** Beside its place, to the disk, and only then under its name. */
async function write(path: string, bytes: AsyncIterable<Uint8Array>, mark: string): Promise<void> {
  const beside = `${path}~${mark}`;
  try {
    await using file = await open(beside, 'wx', 0o600);
    await ontoDisk(file, bytes);
    await name(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** What is on the disk already gets its name, which is on it as well then. */
async function name(from: string, path: string): Promise<void> {
  await rename(from, path);
  await using folder = await open(dirname(path), 'r');
  await folder.sync();
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw asHeadgateError(error, 'looking for a stored file');
  }
}

async function saying<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asHeadgateError(error, doing);
  }
}
