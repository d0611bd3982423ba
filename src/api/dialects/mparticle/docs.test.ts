/** The page for users has one line per route, and no others. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
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

test('what proves the rules is there', () => {
  const root = join(import.meta.dirname, '../../../..');
  const files = ['src/api/dialects/mparticle', 'src/domain', 'src/jobs', 'test/e2e'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
  const section = page.split('## Where it is proved')[1]?.split('\n## ')[0] ?? '';
  const titles = [...section.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title);
  assert.ok(titles.length > 25);
  for (const title of titles)
    assert.ok(
      files.some((text) => text.includes(`test('${title}'`)),
      title,
    );
});

test('every provider is named', () => {
  const named = [...page.matchAll(/^\| `(\w+)` \| /gm)].map(([, name]) => name);
  for (const name of providerNames) assert.ok(named.includes(name), name);
});
