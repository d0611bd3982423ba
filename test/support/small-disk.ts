import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOptions } from './run.ts';

/**
 * A folder with little room. As root it is a file system of that size. Where nothing may be mounted, the command runs under
 * a limit on the size of each file, which a write then meets as it meets the end of a disk.
 */
export interface SmallDisk extends Disposable {
  readonly folder: string;
  /** For the command, as long as the disk is small. */
  readonly options: () => RunOptions;
  /** Makes room. */
  grow(): void;
}

export function smallDisk(parent: string, name: string, bytes: number): SmallDisk {
  const folder = join(parent, name);
  mkdirSync(folder);
  const mount = (...args: string[]): boolean => spawnSync('mount', args, { stdio: 'ignore' }).status === 0;
  if (mount('-t', 'tmpfs', '-o', `size=${bytes}`, 'headgate-test', folder)) {
    return {
      folder,
      options: () => ({}),
      grow: () => void mount('-o', `remount,size=${bytes * 100}`, folder),
      [Symbol.dispose]: () => void spawnSync('umount', ['--lazy', folder]),
    };
  }
  const limited = join(parent, `${name}.sh`);
  writeFileSync(limited, `#!/bin/sh\nulimit -f ${Math.ceil(bytes / 512)}\nexec '${process.execPath}' "$@"\n`);
  chmodSync(limited, 0o755);
  let small = true;
  return {
    folder,
    options: () => (small ? { node: limited } : {}),
    grow: () => void (small = false),
    [Symbol.dispose]: () => undefined,
  };
}
