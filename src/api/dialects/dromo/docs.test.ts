/** The page for users has one line per route, and no others. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dromo } from './index.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/dialects/dromo.md'), 'utf8');

test('the table of paths is the table of routes', () => {
  const listed = [...page.matchAll(/^\| ((?:GET|POST|PUT|PATCH|DELETE) \S+) \|/gm)].map(([, route]) => route);
  const routes = dromo.routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  assert.deepEqual(listed.toSorted(), routes.toSorted());
});
