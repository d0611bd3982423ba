/** How the process of hooks is started: as little of the machine as it can do with, whatever happens inside. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HookLimits } from './limits.ts';

/** Of memory that can be written, in KiB: half of it is what Node and its threads take for themselves. */
const dataKib = 1024 * 1024;
const heapMib = 256;

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

/** Limits that a system does not have are left out; a process that starts none of them still has those of the interpreter. */
export function confined(limits: HookLimits, netless = canLeaveNetwork()): Program {
  const child = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));
  const ulimits = [
    ['c', 0],
    ['f', 0],
    ['n', 64],
    ['d', dataKib + Math.ceil(limits.memoryBytes / 1024)],
    ['t', Math.ceil(limits.importMs / 1000) + 60],
  ].map(([limit, most]) => `ulimit -${limit} ${most} 2>/dev/null`);
  const script = [...ulimits, 'exec "$@"'].join('; ');
  const node = [process.execPath, '--permission', ...readable(child), '--expose-gc', `--max-old-space-size=${heapMib}`, child];
  const shell = ['/bin/sh', '-c', script, 'sh', ...node];
  const [file = '', ...args] = netless ? ['unshare', '--user', '--net', '--', ...shell] : shell;
  return { file, args };
}

const needed = ['quickjs-emscripten-core', '@jitl/quickjs-wasmfile-release-sync', '@jitl/quickjs-ffi-types'] as const;
const [engine, interpreter, types] = needed;

/** The files that the child is made of; nothing else can be read, and nothing written, started or loaded. */
function readable(child: string): readonly string[] {
  const own = (name: string): string => fileURLToPath(import.meta.resolve(name));
  const core = own(engine);
  // The types are a package of the engine's, which other places need not see.
  const files = [core, own(interpreter), createRequire(core).resolve(types)];
  const packages = files.map((file) => file.slice(0, file.lastIndexOf(`${join('/', 'dist', '/')}`)));
  const program = [dirname(child), join(dirname(child), '../../package.json')];
  return [...program, ...packages, ...[child, ...packages].flatMap(linksFrom)].map((path) => `--allow-fs-read=${path}`);
}

/** Where a file finds those packages: in installations that link them together, that is not where they lie. */
function linksFrom(file: string): readonly string[] {
  const folder = dirname(file);
  const here = needed.map((name) => join(folder, 'node_modules', name)).filter((path) => existsSync(path));
  return folder === file ? here : [...here, ...linksFrom(folder)];
}

let leaves: boolean | undefined;

/** May this machine's users start a process without a network? Containers often forbid it. */
function canLeaveNetwork(): boolean {
  leaves ??= process.platform === 'linux' && spawnSync('unshare', ['--user', '--net', '--', 'true']).status === 0;
  return leaves;
}
