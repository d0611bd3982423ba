import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { changesOf } from './changes.ts';
import { confined } from './confine.ts';
import { defaultHookLimits } from './limits.ts';
import { runRecordHooks } from './order.ts';
import { between } from './packed.ts';
import { Sandbox } from './sandbox.ts';
import { sheetOf } from './sheet-harness.ts';

const probe = fileURLToPath(new URL('./probe-harness.ts', import.meta.url));

test('the process can read its own program, and nothing else', async () => {
  await using server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const { file, args } = confined(defaultHookLimits);
  const child = spawn(file, [...args.slice(0, -1), probe, String(port)], {
    env: {},
    cwd: '/',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const [could] = (await once(child, 'message')) as [readonly string[]]; // what the probe sends
  // Not every machine lets its users leave the network; the interpreter knows of none either way.
  assert.deepEqual(
    could.filter((what) => what !== 'reach the network' || file === 'unshare'),
    [],
  );
});

/** The processes that run hooks for this one. */
async function hookProcesses(): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
  const of = await Promise.all(
    pids.map(async (pid) => {
      const [command, stat] = await Promise.all(
        ['cmdline', 'stat'].map(async (file) => await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      const [, parent] = stat?.split(') ').at(-1)?.split(' ') ?? [];
      return { pid, parent: Number(parent), runsHooks: /child\.[jt]s/.test(command ?? '') };
    }),
  );
  return of.filter(({ parent, runsHooks }) => runsHooks && parent === process.pid).map(({ pid }) => pid);
}

test('a process that the machine ends is no fault of the hook: its batch runs once more, and only once', async () => {
  await using sandbox = new Sandbox();
  const slow = '(r) => { const end = Date.now() + 700; while (Date.now() < end); r.row.a.value = "done"; return r; }';
  const rows = sheetOf([{ a: 'x' }]);
  await runRecordHooks(sandbox, { rowHooks: ['(r) => r'] }, rows);
  const [first] = await hookProcesses();
  const running = runRecordHooks(sandbox, { rowHooks: [slow] }, rows);
  process.kill(Number(first), 'SIGKILL');
  await running;
  assert.deepEqual(rows.rows, [{ a: 'done' }]);
  assert.notDeepEqual(await hookProcesses(), [first]);

  let isOver = false;
  const lost = runRecordHooks(sandbox, { rowHooks: ['() => { for (;;); }'] }, rows).finally(() => {
    isOver = true;
  });
  const killing = (async () => {
    while (!isOver) for (const pid of await hookProcesses()) process.kill(pid, 'SIGKILL');
  })();
  await assert.rejects(lost, { code: 'hook.lost' });
  await killing;
});

test('an import that is cancelled ends the hook, and one that was cancelled runs none', async () => {
  const stop = new AbortController();
  await using sandbox = new Sandbox(defaultHookLimits, stop.signal);
  const rows = sheetOf([{ a: 'x' }]);
  await runRecordHooks(sandbox, { rowHooks: ['(r) => r'] }, rows);
  const running = runRecordHooks(sandbox, { rowHooks: ['() => { for (;;); }'] }, rows);
  stop.abort();
  await assert.rejects(running, { code: 'run.cancelled' });
  await assert.rejects(runRecordHooks(sandbox, { rowHooks: ['(r) => r'] }, rows), { code: 'run.cancelled' });
});

test('all hooks of an import together have their time', async () => {
  await using sandbox = new Sandbox({ ...defaultHookLimits, importMs: 0 });
  const rows = sheetOf([{ a: 'x' }]);
  await assert.rejects(runRecordHooks(sandbox, { rowHooks: ['(r) => r', '(r) => r'] }, rows), { code: 'hook.timeout' });
});

test('what comes out is believed only in its own shape', () => {
  const given = { indexes: [7, 8], fields: ['a', '__proto__'] };
  const good = { texts: [[1, [0], ['x']]], entries: [[1, 0, -1, { info: [{ message: 'm', level: 'info' }] }]] };
  const packed = `${JSON.stringify({
    texts: [
      [0, { first: 0, count: 2 }, 4],
      [1, [1], 1],
    ],
    entries: [],
  })}\né${between}xyz`;
  assert.deepEqual(changesOf(`${JSON.stringify(good)}\n`, given), [
    { row: 7, field: '__proto__', value: 'x' },
    { row: 8, field: 'a', info: [{ message: 'm', level: 'info' }] },
  ]);
  assert.deepEqual(changesOf(packed, given), [
    { row: 7, field: 'a', value: 'é' },
    { row: 8, field: 'a', value: 'xy' },
    { row: 8, field: '__proto__', value: 'z' },
  ]);
  for (const bad of [
    null,
    [],
    {},
    { texts: [], entries: [], more: 1 },
    { texts: [[2, [0], ['x']]], entries: [] },
    { texts: [[0, [2], ['x']]], entries: [] },
    { texts: [[0, ['length'], ['x']]], entries: [] },
    { texts: [[0, [0, 1], ['x']]], entries: [] },
    { texts: [[0, [0, 1], 1]], entries: [] },
    { texts: [[0, [0], -1]], entries: [] },
    { texts: [[0, { first: 0, count: 1e15 }, 1]], entries: [] },
    { texts: [[0, [0], [{}]]], entries: [] },
    { texts: [], entries: [[0, 0, -1, { resultValue: 'x' }]] },
    { texts: [], entries: [[0, 0, -1, { info: [{ message: 'm', level: 'fatal' }] }]] },
    { texts: [], entries: [[0, 0, 0.5, {}]] },
    { texts: [], entries: [[-1, 0, -1, {}]] },
  ])
    assert.equal(changesOf(`${JSON.stringify(bad)}\nx`, given), undefined, JSON.stringify(bad));
});
