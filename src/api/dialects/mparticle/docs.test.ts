/** The page for users has one line per route, and no others. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mparticle } from './index.ts';
import { providerNames } from './providers.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/dialects/mparticle.md'), 'utf8');

test('the table of paths is the table of routes', () => {
  const listed = [...page.matchAll(/^\| ((?:GET|POST|PUT|PATCH|DELETE) \S+) \|/gm)].map(([, route]) => route);
  const routes = mparticle.routes.map(({ method, path }) => {
    const shown = path.replaceAll(/:(\w+)/g, '{$1}').replace('/platform/v2/workspaces/{workspace}', '…');
    return `${method} ${shown}`;
  });
  assert.deepEqual(listed.toSorted(), routes.toSorted());
});

test('every provider is named', () => {
  const named = [...page.matchAll(/^\| `(\w+)` \| /gm)].map(([, name]) => name);
  for (const name of providerNames) assert.ok(named.includes(name), name);
});
