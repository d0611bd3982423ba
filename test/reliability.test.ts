/** docs/reliability.md names tests that are there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/reliability.md'), 'utf8');
const lines = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (---|what can go wrong)/.test(line));

/** Does a string of the file begin with or hold this, as the name of a test? */
const names = (code: string, name: string): boolean =>
  code.split('\n').some((line) => /\btest\(|\bname:/.test(line) && line.includes(name));

test('docs/reliability.md: each line names a file and a test in it', () => {
  const wrong = lines.filter((line) => {
    const [, path = '', name = ''] = /\| `([^`]+)`: ([^|]+) \|$/.exec(line) ?? [];
    return name === '' || !existsSync(join(root, path)) || !names(readFileSync(join(root, path), 'utf8'), name);
  });
  assert.ok(lines.length > 40);
  assert.deepEqual(wrong, []);
});
