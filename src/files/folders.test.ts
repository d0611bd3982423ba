import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { guardedFiles } from './folders.ts';

const base = await realpath(await mkdtemp(join(tmpdir(), 'headgate-folders-')));
after(async () => await rm(base, { recursive: true }));
const [own, shared, outside] = [join(base, 'own'), join(base, 'shared'), join(base, 'outside')];
for (const folder of [own, shared, outside]) await mkdir(folder);
await writeFile(join(own, 'a.csv'), 'own');
await writeFile(join(shared, 'b.csv'), 'shared');
await writeFile(join(outside, 'secret'), 'secret');
await symlink(join(outside, 'secret'), join(shared, 'link.csv'));
await symlink(outside, join(shared, 'way'));
await symlink(join(outside, 'not-yet'), join(shared, 'dangling'));
await symlink(join(shared, 'b.csv'), join(shared, 'fine.csv'));

const refused = { code: 'file.forbidden' };

test('files under the folders are read, relative paths in the own one', async () => {
  await using files = await guardedFiles(own, shared);
  assert.equal(await readFile(await files.open('a.csv'), 'utf8'), 'own');
  assert.equal(await readFile(await files.open(join(shared, 'b.csv')), 'utf8'), 'shared');
  assert.equal(await readFile(await files.open(join(shared, 'fine.csv')), 'utf8'), 'shared');
  assert.equal(await files.place('new/out.csv'), join(own, 'new/out.csv'));
  await assert.rejects(files.open(join(shared, 'none.csv')), { code: 'file.missing' });
  await assert.rejects(files.open(shared), { code: 'file.format' });
});

test('nothing else is, whether it is there or not', async () => {
  await using files = await guardedFiles(own, shared);
  const paths = [
    join(outside, 'secret'),
    join(outside, 'none'),
    `${shared}/../outside/secret`,
    '../outside/secret',
    `${shared}-more/x`,
    '/etc/passwd',
    '/proc/self/environ',
    `file:${shared}/b.csv`,
    `file://${shared}/b.csv`,
    `${shared}/%2e%2e/outside/secret`,
    `${shared}/b.csv\0.png`,
    '\\\\server\\share\\x',
    '//server/share/x',
    '',
    '-',
  ];
  for (const path of paths) {
    await assert.rejects(files.open(path), refused, path);
    await assert.rejects(files.place(path), refused, path);
  }
  for (const path of ['link.csv', 'way/secret']) await assert.rejects(files.open(join(shared, path)), refused, path);
  for (const path of ['link.csv', 'way/secret', 'way/new', 'dangling'])
    await assert.rejects(files.place(join(shared, path)), refused);
});

test('no text leads out', async () => {
  await using files = await guardedFiles(own, shared);
  const step = fc.constantFrom('..', '.', '', 'way', 'secret', 'outside', 'a.csv', '/', '\\', '%2e%2e', shared, own, base, '\0');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const place = await files.place(steps.join('/')).catch(() => own);
      assert.ok(place.startsWith(own) || place.startsWith(shared), place);
    }),
  );
});

test('what was opened stays what is read, whoever puts something else into its place', async () => {
  await using files = await guardedFiles(own);
  await writeFile(join(own, 'race.csv'), 'good');
  const path = await files.open('race.csv');
  await rename(join(own, 'race.csv'), join(own, 'moved.csv'));
  await symlink(join(outside, 'secret'), join(own, 'race.csv'));
  if (process.platform === 'linux') assert.equal(await readFile(path, 'utf8'), 'good');
  await assert.rejects(files.open('race.csv'), refused);
});
