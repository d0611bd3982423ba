/** What `headgate doctor` looks at on this machine. Every check answers; none throws. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { arch, availableParallelism, platform, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { installedPackage, isClone, ownPackage } from './package-info.ts';
import { size } from './render/amount.ts';
import { counted } from '../domain/count.ts';

export interface Check {
  readonly name: string;
  readonly level: 'ok' | 'warning' | 'error';
  readonly text: string;
  readonly hint?: string;
}

const neededNode = 24;

export function checkVersions(): readonly Check[] {
  const { node } = process.versions;
  const old = Number.parseInt(node, 10) < neededNode;
  const headgate: Check = {
    name: 'headgate',
    level: 'ok',
    text: `${ownPackage().version}, ${isClone() ? 'a clone' : 'installed'}`,
  };
  const runtime: Check = old
    ? {
        name: 'node',
        level: 'error',
        text: `${node} is too old`,
        hint: `use Node ${neededNode} or newer; npx headgate brings its own`,
      }
    : { name: 'node', level: 'ok', text: node };
  return [headgate, runtime, { name: 'platform', level: 'ok', text: `${platform()} ${arch()}, ${release()}` }];
}

export function checkPackages(): readonly Check[] {
  const { dependencies = {}, devDependencies = {} } = ownPackage();
  const hint = isClone() ? 'run npm ci' : 'install headgate again';
  const needed = Object.keys(dependencies).map((name): Check => {
    const found = installedPackage(name);
    return found ? { name, level: 'ok', text: found.version } : { name, level: 'error', text: 'is not installed', hint };
  });
  return isClone() ? [...needed, checkDevelopment(Object.keys(devDependencies))] : needed;
}

/** Packages for tests, with the parts of them that are built for this platform: the test server's binaries among them. */
function checkDevelopment(names: readonly string[]): Check {
  const own = `${process.platform}-${process.arch}`;
  const native = names.flatMap((name) =>
    Object.keys(installedPackage(name)?.optionalDependencies ?? {}).filter((part) => part.endsWith(`/${own}`)),
  );
  const missing = [...names, ...native].filter((name) => installedPackage(name) === undefined);
  if (missing.length === 0)
    return { name: 'tests', level: 'ok', text: `all ${counted(names.length + native.length, 'package')} for development` };
  return {
    name: 'tests',
    level: 'warning',
    text: `not installed: ${missing.join(', ')}`,
    hint: 'run npm ci; only the tests need them',
  };
}

const lowDisk = 1e9;
const lowMemory = 512e6;

export async function checkMachine(stateDir: string): Promise<readonly Check[]> {
  const memory = Math.min(process.availableMemory(), process.constrainedMemory() || Infinity);
  const text = `${size(memory)} of ${size(totalmem())} available, ${counted(availableParallelism(), 'processor')}`;
  const low: Check = { name: 'memory', level: 'warning', text, hint: 'large imports need about 512 MB' };
  return [memory < lowMemory ? low : { name: 'memory', level: 'ok', text }, await checkStateDir(stateDir)];
}

/** Only tunnels need it. */
export function checkSsh(): Check {
  const { status, stderr } = spawnSync('ssh', ['-V'], { encoding: 'utf8' });
  if (status === 0) return { name: 'ssh', level: 'ok', text: stderr.split(',')[0]?.trim() ?? 'there' };
  return {
    name: 'ssh',
    level: 'warning',
    text: 'there is no ssh command',
    hint: 'install the OpenSSH client to reach databases through SSH tunnels',
  };
}

async function checkStateDir(stateDir: string): Promise<Check> {
  const name = 'state directory';
  let place = stateDir;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(place);
    const free = bavail * bsize;
    const text = `${stateDir}${place === stateDir ? '' : ' (not there yet)'}, ${size(free)} free`;
    return free < lowDisk
      ? { name, level: 'warning', text, hint: 'free some space, or choose another --state-dir' }
      : { name, level: 'ok', text };
  } catch {
    return { name, level: 'error', text: `${place} cannot be written`, hint: 'choose another --state-dir' };
  }
}
