import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { printOf } from './durable.ts';
import { isDecided } from './manifest.ts';

const folder = await mkdtemp(join(tmpdir(), 'durable-'));
after(async () => await rm(folder, { recursive: true }));

test('a file that is renamed meanwhile is here or there, and nobody fails', async () => {
  const [from, to] = [join(folder, 'pending'), join(folder, 'table.csv')];
  await writeFile(from, 'a,b\n1,2\n');
  const print = await printOf(from);
  assert.ok(print);
  let ended = false;
  const renaming = (async () => {
    for (let times = 0; !ended; times++) await rename(...(times % 2 === 0 ? ([from, to] as const) : ([to, from] as const)));
  })();
  try {
    // Many at once: what one has seen has changed before its turn comes again.
    for (let times = 0; times < 50; times++) {
      const found = await Promise.all(Array.from({ length: 40 }, (_, at) => printOf(at % 2 === 0 ? from : to)));
      assert.ok(found.every((one) => one === undefined || one.size === print.size));
    }
  } finally {
    ended = true;
    await renaming;
  }
  assert.equal(await isDecided([{ from, to, ...print }]), true);
});
