import { readdir, readlink } from 'node:fs/promises';

/** Files under a directory that this process holds open. Where the system does not say, none. */
export async function openFiles(directory: string): Promise<number> {
  if (process.platform !== 'linux') return 0;
  let open = 0;
  for (const descriptor of await readdir('/proc/self/fd')) {
    const target = await readlink(`/proc/self/fd/${descriptor}`).catch(() => '');
    if (target.startsWith(directory)) open += 1;
  }
  return open;
}
