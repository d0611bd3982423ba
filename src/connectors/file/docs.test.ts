/** docs/files.md names what the code takes, and nothing else. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodings, extensions, fileConfig } from './location.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/files.md'), 'utf8');

const section = (title: string): string => page.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';

test('the forms are those that are read', () => {
  const rows = [...section('Forms').matchAll(/^\| (`\.[^|]*) \| (\w+) \|/gm)];
  const listed = rows.flatMap(([, names = '', format = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [name, format]),
  );
  assert.deepEqual(Object.fromEntries(listed), extensions);
});

test('the settings are those of a location', () => {
  const listed = [...section('Settings').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  const settings = Object.keys(fileConfig.shape).filter((name) => name !== 'path' && name !== 'form');
  assert.deepEqual(listed.toSorted(), settings.toSorted());
  for (const encoding of encodings) assert.ok(section('Settings').includes(`\`${encoding}\``), encoding);
});
