/** Hidden files of ours beside the data, until a publish gives them their names: `.name.headgate-…`. */
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isErrno } from '../../domain/errno.ts';

const mark = '.headgate-';

/** A name as part of a file name. */
const plain = (name: string): string => name.replace(/[^\w.]/g, '_');

/** What `pipeline` writes beside `file`; `what` tells its files apart. */
export const stagedName = (file: string, pipeline: string, what: string): string =>
  join(dirname(file), `.${basename(file)}${mark}${plain(pipeline)}-${plain(what)}`);

/**
 * Removes what earlier runs of a pipeline left behind, in the folder and `depth` levels below it: only where its files lie.
 * Other folders are none of our business; one that goes while we look held nothing of ours.
 */
export async function dropStaged(folder: string, depth: number, pipeline: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') && entry.name.includes(`${mark}${plain(pipeline)}-`)) await rm(path, { force: true });
    else if (depth > 0 && entry.isDirectory()) {
      await dropStaged(path, depth - 1, pipeline).catch((error: unknown) => {
        if (!isErrno(error, 'ENOENT', 'EACCES')) throw error;
      });
    }
  }
}
