/** Files whose delimiter has several bytes: what is refused of them is told as it stands there, not as it is read. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { headgate } from '../support/run.ts';
import { openFolder } from '../support/site.ts';

const site = openFolder();
after(async () => await site[Symbol.asyncDispose]());

test('records of which no row can be made, of two files that are read in different ways', async () => {
  site.file('a.csv', 'id¦n\n1¦2\n2¦x¦y\n3¦4\n');
  // The first choice to stand for the delimiter is taken here.
  site.file('b.csv', 'id¦n\n5¦6\n7¦\u001f¦y\n');
  const rejects = site.path('bad.csv');
  const args = ['--into', 't', '--max-rejects', '10', '--rejects', rejects, '--state-dir', site.path('state')];
  const done = await headgate(['import', `${site.path('*.csv')}?delimiter=¦`, ...args]);
  assert.equal(done.code, 3, done.stderr);
  assert.deepEqual((await readFile(rejects, 'utf8')).split('\n').slice(1), [
    'a.csv,3,,,file.format,too many columns,2¦x¦y',
    'b.csv,3,,,file.format,too many columns,7¦\u001f¦y',
    '',
  ]);
});
