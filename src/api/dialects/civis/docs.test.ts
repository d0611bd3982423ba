/** The page for users has one line per route, and no others. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { civis } from './index.ts';
import { base } from './route.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/dialects/civis.md'), 'utf8');

test('the table of methods is the table of routes', () => {
  const listed = [...page.matchAll(/^\| ((?:GET|POST|PUT|PATCH|DELETE) \S+)\s+\|/gm)].map(([, route]) => route);
  const routes = civis.routes.map(({ method, path }) => `${method} ${path.slice(base.length).replaceAll(/:(\w+)/g, '{$1}')}`);
  assert.deepEqual(listed.toSorted(), routes.toSorted());
});
