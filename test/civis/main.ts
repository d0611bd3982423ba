/**
 * The vendor's own client against a server of ours: `npm run test:civis`. Ends with 0 where every call went well, and with 2 where the
 * client cannot be installed on this machine, which is no failure of ours.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { adminKey, startService } from '../support/service.ts';

const version = '2.10.1';
const cannot = 2;

interface Called {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly error?: string;
}

async function runs(command: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const [code] = (await Promise.race([once(child, 'exit'), once(child, 'error').then(() => [1])])) as [number | null]; // as Node has it
  if (code !== 0) process.stderr.write(errors.join('').split('\n').slice(-4).join('\n'));
  return code === 0;
}

/** Resolves to the interpreter; undefined where there is none, or no package index. */
async function install(folder: string): Promise<string | undefined> {
  const python = join(folder, 'venv', 'bin', 'python');
  if (!(await runs('python3', ['-m', 'venv', join(folder, 'venv')]))) return undefined;
  const quiet = ['--quiet', '--disable-pip-version-check'];
  return (await runs(python, ['-m', 'pip', 'install', ...quiet, `civis==${version}`])) ? python : undefined;
}

async function calls(python: string, folder: string): Promise<readonly Called[]> {
  await using service = await startService(join(folder, 'data'));
  const child = spawn(python, ['-W', 'ignore', join(import.meta.dirname, 'calls.py'), 'default', folder], {
    env: { ...process.env, CIVIS_API_ENDPOINT: `${service.url}/civis`, CIVIS_API_KEY: adminKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  const found: Called[] = [];
  for await (const line of createInterface(child.stdout)) {
    const one = JSON.parse(line) as Called; // our own script wrote it
    found.push(one);
    process.stdout.write(`${one.ok ? 'ok  ' : 'FAIL'} ${one.name} (${one.seconds} s)${one.ok ? '' : `: ${one.error ?? ''}`}\n`);
  }
  const [code] = (await exit) as [number | null]; // as Node has it
  if (code !== 0) found.push({ name: 'the script', ok: false, seconds: 0, error: `it ended with ${code}` });
  return found;
}

const folder = await mkdtemp(join(tmpdir(), 'headgate-civis-'));
try {
  const python = await install(folder);
  if (python === undefined) {
    process.stdout.write(`civis ${version} cannot be installed here: nothing was tested\n`);
    process.exitCode = cannot;
  } else {
    const found = await calls(python, folder);
    const bad = found.filter(({ ok }) => !ok).length;
    process.stdout.write(`civis ${version}: ${found.length - bad} calls went well, ${bad} did not\n`);
    process.exitCode = bad === 0 ? 0 : 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
