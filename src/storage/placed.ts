/**
 * Parts of one size lie where they will be in the whole from the moment on at which they arrive: joining them moves no byte. The first
 * part to arrive says the size; whatever is of another one, or comes again, lies in a file of its own until then.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, open, readlink, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HeadgateError } from '../domain/error.ts';
import { ontoDisk } from './onto-disk.ts';
import type { PartRef } from './storage.ts';

const prefix = 'placed.';
/** Bytes: no file is so long everywhere. */
const longest = 2 ** 40;
const whole = (folder: string): string => join(folder, 'whole');
const isPlaced = ({ ref }: PartRef): boolean => ref.startsWith(prefix);

/** Bytes of a part. A link is there with its text, or not at all. */
async function unitOf(folder: string, size: number): Promise<number> {
  await symlink(String(size), join(folder, 'unit')).catch(() => undefined);
  return Number(await readlink(join(folder, 'unit')));
}

/** Resolves to the place's name; undefined = it must lie in a file of its own. What breaks off is never tried here again. */
export async function place(
  folder: string,
  number: number,
  size: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<string | undefined> {
  if (size === 0 || (number - 1) * size > longest || (await unitOf(folder, size)) !== size) return undefined;
  const claimed = await mkdir(join(folder, `claim.${number}`)).then(
    () => true,
    () => false,
  );
  if (!claimed) return undefined;
  await (await open(whole(folder), 'a')).close();
  await using file = await open(whole(folder), 'r+');
  await ontoDisk(file, bytes, (number - 1) * size);
  return `${prefix}${number}`;
}

/** A part has come again: what lies in its place counts no more. */
export const unplace = async (folder: string, number: number): Promise<void> =>
  await writeFile(join(folder, `stale.${number}`), '');

const gone = (cause?: unknown): HeadgateError =>
  new HeadgateError('object.changed', 'joining parts: one of them was sent again meanwhile', { cause });

/** Throws `object.changed`. */
async function requireFresh(folder: string, { number }: PartRef): Promise<void> {
  const stale = await access(join(folder, `stale.${number}`)).then(
    () => true,
    () => false,
  );
  if (stale) throw gone();
}

/** The file with all of the parts, where those with a place lie right; undefined = they must be written one behind the other. */
export async function joinInPlace(folder: string, parts: readonly PartRef[]): Promise<string | undefined> {
  if (!parts.some(isPlaced)) return undefined;
  const unit = await unitOf(folder, 0);
  let size = 0;
  const others: [PartRef, number][] = [];
  for (const part of parts) {
    if (isPlaced(part)) await requireFresh(folder, part);
    if (isPlaced(part) && (part.number - 1) * unit !== size) return undefined;
    if (!isPlaced(part)) others.push([part, size]);
    size += part.size;
  }
  for (const [{ ref }, start] of others) {
    await pipeline(createReadStream(join(folder, ref)), createWriteStream(whole(folder), { flags: 'r+', start })).catch(
      (error: unknown) => {
        throw gone(error);
      },
    );
  }
  await truncate(whole(folder), size);
  await using file = await open(whole(folder), 'r+');
  await file.sync();
  return whole(folder);
}

export async function* oneBehindTheOther(folder: string, parts: readonly PartRef[]): AsyncGenerator<Uint8Array> {
  const unit = parts.some(isPlaced) ? await unitOf(folder, 0) : 0;
  for (const part of parts) {
    if (part.size === 0) continue;
    if (isPlaced(part)) await requireFresh(folder, part);
    const start = (part.number - 1) * unit;
    const path = isPlaced(part) ? whole(folder) : join(folder, part.ref);
    const range = isPlaced(part) ? { start, end: start + part.size - 1 } : {};
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 17, ...range })) yield chunk as Uint8Array; // no encoding is set
    } catch (cause) {
      throw gone(cause);
    }
  }
}
