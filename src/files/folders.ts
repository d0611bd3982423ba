/** Which files of this machine a service touches for its users: those under the folders that its owner named, wherever links lead. */
import { constants } from 'node:fs';
import { mkdir, open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { isErrno } from '../domain/errno.ts';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import type { Files } from '../sdk/index.ts';

/** For commands of a person: every file that the system lets them have. */
export const personalFiles: Files = {
  open: async (path) => path,
  place: async (path) => resolve(path),
};

export interface OpenFiles extends Files, AsyncDisposable {
  /** Real paths of the folders. */
  readonly folders: readonly string[];
}

const forbidden = (): HeadgateError =>
  new HeadgateError('file.forbidden', 'the path is not under a folder that this server may use');

/**
 * The first folder is the workspace's own: relative paths begin there, and it is made where it is missing. Files stay open until
 * it is disposed.
 */
export async function guardedFiles(own: string, ...others: readonly string[]): Promise<OpenFiles> {
  await mkdir(own, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw asHeadgateError(error, `creating the folder ${own}`);
  });
  const real = await Promise.all([own, ...others].map((folder) => realpath(folder).catch(() => undefined)));
  const folders = real.filter((folder) => folder !== undefined);
  const handles: FileHandle[] = [];
  const wanted = (path: string): string => within(path, own, [own, ...others, ...folders]);
  return {
    folders,
    async open(path) {
      const asked = wanted(path);
      // Opened first, then looked at: what is checked is what will be read, whatever the path means later.
      const handle = await open(asked, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
        throw asHeadgateError(error, `opening ${path}`);
      });
      handles.push(handle);
      const { path: found, pinned } = await placeOf(handle, asked);
      if (!isUnder(found, folders)) throw forbidden();
      if (!(await handle.stat()).isFile()) throw new HeadgateError('file.format', `opening ${path}: it is no file`);
      return pinned;
    },
    async place(path) {
      const found = await realPlace(wanted(path));
      if (!isUnder(found, folders)) throw forbidden();
      return found;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(handles.map(async (handle) => await handle.close()));
    },
  };
}

/** Judged before anything is opened, so that the answer says nothing about what is elsewhere. */
function within(path: string, own: string, folders: readonly string[]): string {
  const steps = path.split(/[/\\]/);
  const odd = path.includes('\0') || /^(?:file:|\\\\|\/\/)/i.test(path) || steps.includes('..') || /%2e/i.test(path);
  const absolute = isAbsolute(path) ? normalize(path) : join(own, path);
  if (odd || path === '' || path === '-' || !isUnder(absolute, folders)) throw forbidden();
  return absolute;
}

function isUnder(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const rest = relative(folder, path);
    return rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest);
  });
}

/** Where an open file is, and a path that leads to it and to no other. Linux has one; elsewhere the real path must do. */
async function placeOf(handle: FileHandle, asked: string): Promise<{ readonly path: string; readonly pinned: string }> {
  const pinned = `/proc/${process.pid}/fd/${handle.fd}`;
  const path = await readlink(pinned).catch(() => undefined);
  if (path !== undefined) return { path, pinned };
  const found = await realpath(asked);
  const [now, held] = [await stat(found), await handle.stat()];
  if (now.ino !== held.ino || now.dev !== held.dev) throw forbidden();
  return { path: found, pinned: found };
}

/** The real path of what is there or may be made there: links of everything that exists are followed. */
async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const missing = isErrno(error, 'ENOENT');
    if (!missing || dirname(path) === path) throw asHeadgateError(error, `looking for ${path}`);
    // A link to nothing would be followed when something is written to it.
    if (await readlink(path).catch(() => undefined)) throw forbidden();
    return join(await realPlace(dirname(path)), basename(path));
  }
}
