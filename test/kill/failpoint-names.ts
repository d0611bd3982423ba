import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../src');

/** Every name in a `failpoint('…')` call of the code, in the order of the alphabet. */
export function failpointNames(): readonly string[] {
  const names = globSync('**/*.ts', { cwd: root, exclude: (path) => path.endsWith('.test.ts') }).flatMap((path) =>
    readFileSync(join(root, path), 'utf8')
      .matchAll(/failpoint\('([a-z.-]+)'\)/g)
      .map(([, name]) => name ?? '')
      .toArray(),
  );
  return [...new Set(names)].sort();
}
