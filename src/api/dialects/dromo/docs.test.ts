/** The page for users has one line per route, and no others. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../../config.ts';
import { dromo } from './index.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/dialects/dromo.md'), 'utf8');

test('the table of paths is the table of routes', () => {
  const listed = [...page.matchAll(/^\| ((?:GET|POST|PUT|PATCH|DELETE) \S+) \|/gm)].map(([, route]) => route);
  const routes = dromo.routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  assert.deepEqual(listed.toSorted(), routes.toSorted());
});

test('limits that it names are settings of the server, which stand in the table of those', () => {
  const named = (text: string): readonly string[] => [...new Set(text.match(/HEADGATE_IMPORT_[A-Z_]+/g))].toSorted();
  const server = readFileSync(join(import.meta.dirname, '../../../../docs/server.md'), 'utf8');
  assert.deepEqual(named(page), named(server));
  const told = JSON.stringify(readConfig({}, {}));
  assert.ok(named(page).length > 7);
  for (const name of named(page)) assert.notEqual(JSON.stringify(readConfig({ [name]: '11' }, {})), told, name);
});
