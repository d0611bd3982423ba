/** A clean clone without its tools: how long `npm ci` takes, and how large it is. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withFolder } from './figures.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

export async function benchInstall(): Promise<void> {
  await withFolder(async (folder) => {
    const clone = join(folder, 'clone');
    await run('git', ['clone', '--quiet', '--depth', '1', `file://${root}`, clone]);
    const begun = performance.now();
    await run('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], { cwd: clone });
    const seconds = (performance.now() - begun) / 1000;
    const { stdout } = await run('du', ['-s', '--block-size=1000000', '--exclude=.git', clone]);
    const [size] = stdout.split('\t');
    console.log(`npm ci --omit=dev: ${seconds.toFixed(0)} s, target 90; installed ${size} MB, target 350`);
  });
}
