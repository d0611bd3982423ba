/** Uploaded files that connections name in the place of a path. */
import { createWriteStream } from 'node:fs';
import { copyFile, link, mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';
import { uploadIn, type FetchUpload } from '../../files/uploads.ts';
import { findContent } from '../../store/objects.ts';
import { requireGrant } from '../access.ts';
import { requireScope, type OpContext, type Ports } from '../operation.ts';
import { requireState } from './file.ts';

type Settings = Readonly<Record<string, unknown>>;

function uploadOf({ path }: Settings): string | undefined {
  return typeof path === 'string' ? uploadIn(path) : undefined;
}

/** Whoever names a file reads it. Throws `access.scope`, `access.grant`, `object.missing`, `object.conflict`. */
export async function requireNamed(context: OpContext, settings: Settings): Promise<void> {
  const id = uploadOf(settings);
  if (id === undefined) return;
  requireScope(context.actor, 'files:read');
  await requireGrant(context, { kind: 'file', ref: id, level: 'read' });
  await requireState(context, id, 'ready');
}

/** With the file's own name behind its id, by which its stream is called. Throws as `requireState` does. */
export async function withNames<T extends Readonly<Record<string, Json>>>(
  context: Pick<OpContext, 'db' | 'workspace' | 'clock'>,
  settings: T,
): Promise<Readonly<Record<string, Json>>> {
  const id = uploadOf(settings);
  if (id === undefined) return settings;
  const { name } = await requireState(context, id, 'ready');
  // Of a path they would mean more than themselves.
  return { ...settings, path: `${id}/${name.replaceAll(/[*{}]/g, '_')}` };
}

/** Into the run's scratch: a second name of the same bytes where they are on this disk, else a copy. */
export function fetchUploads(ports: Pick<Ports, 'db' | 'clock' | 'storage'>, workspace: number): FetchUpload {
  return async (id, { scratch, signal }) => {
    const { name } = await requireState({ ...ports, workspace }, id, 'ready');
    const key = await findContent(ports.db, workspace, id);
    if (key === undefined) throw new HeadgateError('object.missing', 'there is no such file');
    const path = join(scratch, id, basename(name));
    const there = await stat(path).catch(() => undefined);
    if (there) return path;
    try {
      await mkdir(dirname(path), { recursive: true });
      const own = ports.storage.path?.(key);
      if (own === undefined) await pipeline(await ports.storage.get(key), createWriteStream(path), { signal });
      else await link(own, path).catch(async () => await copyFile(own, path));
      return path;
    } catch (error) {
      throw asHeadgateError(error, `fetching the file ${id}`);
    }
  };
}
