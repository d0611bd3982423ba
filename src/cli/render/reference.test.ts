import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { commands } from '../catalog.ts';
import { exit } from '../exit.ts';
import { flowOptions, generalOptions, isOptionName, options } from '../options.ts';
import { reference } from './reference.ts';

const path = new URL('../../../docs/cli.md', import.meta.url);
const generated = /(?<=<!-- generated: begin -->\n)[\s\S]*?(?=\n<!-- generated: end -->)/;
const written = readFileSync(path, 'utf8');
// `UPDATE_GOLDEN=1` writes the tables anew.
const page = process.env['UPDATE_GOLDEN'] ? written.replace(generated, () => `\n${reference()}\n`) : written;
if (page !== written) writeFileSync(path, page);

test('docs/cli.md has every command and option as the table says', () => {
  assert.equal(generated.exec(page)?.[0].trim(), reference());
});

test('docs/cli.md names every exit code and every variable', () => {
  for (const code of Object.values(exit)) assert.match(page, new RegExp(`\\| ${code} \\|`));
  for (const name of ['HEADGATE_SOURCE', 'HEADGATE_DESTINATION', 'HEADGATE_STATE_DIR', 'NO_COLOR'])
    assert.ok(page.includes(name), name);
});

test('every option belongs to a command', () => {
  const taken = new Set([...flowOptions, ...generalOptions, ...commands.flatMap((command) => command.options)]);
  assert.deepEqual(
    Object.keys(options).filter((name) => isOptionName(name) && !taken.has(name)),
    [],
  );
});
