import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/**
 * The program as npm has it, built into a folder that is not there yet: what people install. Its packages are linked into it, as some
 * installers do. Resolves to its entry.
 */
export async function publishedProgram(folder: string): Promise<string> {
  await mkdir(folder);
  for (const part of ['bin', 'package.json']) await cp(join(root, part), join(folder, part), { recursive: true });
  const manifest = await readFile(join(root, 'package.json'), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Readonly<Record<string, string>> }; // it has some
  const packages = Object.keys(dependencies).map((name) => `node_modules/${name}`);
  for (const part of [...packages, 'migrations', 'docs', 'examples', 'web']) {
    await mkdir(dirname(join(folder, part)), { recursive: true });
    await symlink(join(root, part), join(folder, part));
  }
  execFileSync(process.execPath, [join(root, 'build.js'), join(folder, 'dist')], { stdio: ['ignore', 'ignore', 'inherit'] });
  return join(folder, 'bin/headgate.js');
}
