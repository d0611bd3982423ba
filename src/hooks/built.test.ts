/** The program as it is published: its bundler gives other names to things, and what runs inside the interpreter is text. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { publishedProgram } from '../../test/support/program.ts';
import type { BatchInput } from './inside.ts';
import { defaultHookLimits } from './limits.ts';
import type { Answer, Ask } from './messages.ts';

const source = `async (record) => {
  await new Promise((done) => setTimeout(done, 1));
  const url = new URL('/x?a=%C3%28', 'http://h');
  url.searchParams.append('b', 'ü');
  record.row.a.value = JSON.stringify([url.href, URL.parse('x'), URL.name, URLSearchParams.name, Intl.NumberFormat.name,
    (1234.5).toLocaleString('de'), new Date(0).toLocaleDateString('en-US'), 'ä'.localeCompare('b'), ['b', 'a'].sort((a, b) => a.localeCompare(b)),
    structuredClone(new Map([[1, new Error('x')]])).size, atob(btoa('x')), new TextDecoder().decode(new TextEncoder().encode('ä')),
    crypto.randomUUID().length, crypto.getRandomValues(new Uint8Array(2)).length, new Date(2024, 6, 1).toISOString()]);
  return record;
}`;

test('the published program has all of it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-hooks-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const program = dirname(dirname(await publishedProgram(join(folder, 'program'))));
  const child = spawn(process.execPath, [join(program, 'dist/hooks/child.js')], {
    env: { TZ: 'Asia/Tokyo' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  child.once('exit', () => reject(new Error('the process has ended')));
  child.on('message', (message: Answer) => 'id' in message && resolve(message));
  const { rowMs, batchMs: totalMs, memoryBytes, outputLength, rowOutputLength } = defaultHookLimits;
  const input: BatchInput = { indexes: [0], fields: ['a'], manyToOne: [], argument: 'init', rowOutputLength, whole: true };
  const run = { entry: 'runRows', input: JSON.stringify(input), columns: ['[""]', '["r0"]'] } as const;
  child.send({ id: 1, source, run, network: false, rowMs, totalMs, memoryBytes, outputLength } satisfies Ask);
  const answer = await promise;
  child.kill('SIGKILL');
  assert.ok('text' in answer, JSON.stringify(answer));
  assert.equal(
    answer.text.split('\n')[1],
    '["http://h/x?a=%EF%BF%BD%28&b=%C3%BC",null,"URL","URLSearchParams","NumberFormat","1.234,5","1/1/1970",-1,["a","b"],1,"x","ä",36,2,"2024-07-01T00:00:00.000Z"]',
  );
});
