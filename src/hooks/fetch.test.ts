/** `fetch` inside hooks: what they see of it, and what they cannot do with it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { HeadgateError } from '../domain/error.ts';
import type { FetchAsked, HookFetch } from '../domain/hook-request.ts';
import type { Hooks } from './hooks.ts';
import { defaultHookLimits } from './limits.ts';
import { runColumnHooks, runRecordHooks } from './order.ts';
import { Sandbox } from './sandbox.ts';
import { sheetOf, type Sheet } from './sheet-harness.ts';

const limits = { ...defaultHookLimits, fetches: 50, fetchWaitMs: 300, batchRows: 2 };

interface Ran {
  readonly sheet: Sheet;
  readonly asked: readonly FetchAsked[];
  readonly said: string | undefined;
  readonly code: string | undefined;
}

/** The network answers with what it was asked. */
async function run(
  hooks: Hooks,
  { network = true, answer, fetchWaitMs = 300 }: { network?: boolean; answer?: HookFetch; fetchWaitMs?: number } = {},
): Promise<Ran> {
  const asked: FetchAsked[] = [];
  const echo: HookFetch = async (request, of, signal) => {
    asked.push(request);
    if (answer) return await answer(request, of, signal);
    const headers = [
      ['x-a', '1'],
      ['x-a', '2'],
    ] as const;
    const body = JSON.stringify({ was: request.body, url: request.url });
    return await Promise.resolve({ status: 201, statusText: 'Made', url: request.url, redirected: false, headers, body });
  };
  await using sandbox = new Sandbox({ ...limits, fetchWaitMs }, undefined, network ? echo : undefined);
  const sheet = sheetOf([
    { name: 'a', note: '' },
    { name: 'b', note: '' },
    { name: 'c', note: '' },
  ]);
  try {
    await runColumnHooks(sandbox, hooks, sheet);
    await runRecordHooks(sandbox, hooks, sheet);
    return { sheet, asked, said: undefined, code: undefined };
  } catch (error) {
    assert.ok(error instanceof HeadgateError && 'said' in error);
    return { sheet, asked, said: error.said as string | undefined, code: error.code }; // of a HookError
  }
}

const row = (body: string): Hooks => ({ rowHooks: [`async (record) => { ${body}; return record }`] });
const notes = ({ sheet }: Ran): unknown => sheet.rows.map(({ note }) => note);

test('each row asks, once, whatever fields the hook touches before and behind', async () => {
  const ran = await run(
    row(
      'const r = await fetch("https://a.test/" + record.row.name.value, { method: "post", body: "x", headers: { "X-Key": 7 } }); const { was } = await r.json(); record.row.note.value = [r.ok, r.status, r.statusText, r.headers.get("X-A"), was].join(" ")',
    ),
  );
  assert.equal(ran.said, undefined);
  assert.deepEqual(notes(ran), ['true 201 Made 1, 2 x', 'true 201 Made 1, 2 x', 'true 201 Made 1, 2 x']);
  assert.deepEqual(
    ran.asked.map(({ method, url, headers }) => [method, url, headers]),
    ['a', 'b', 'c'].map((name) => ['POST', `https://a.test/${name}`, [['X-Key', '7']]]),
  );
});

test('all rows at once, and columns', async () => {
  const all =
    'async (records) => { const got = await Promise.all(records.map(({ row }) => fetch("https://a.test/" + row.name.value))); return Promise.all(got.map(async (one, at) => ({ index: records[at].index, row: { note: { value: (await one.json()).url } } }))) }';
  const ran = await run({ bulkRowHooks: [all] });
  assert.deepEqual(notes(ran), ['https://a.test/a', 'https://a.test/b', 'https://a.test/c']);
  const column =
    'async (values) => { const r = await fetch("https://a.test/", { method: "POST", body: values.map((v) => v.value).join() }); const { was } = await r.json(); return values.map(({ index }) => ({ index, value: was })) }';
  const columns = await run({ columnHooks: [{ fieldName: 'name', callback: column }] });
  assert.deepEqual([columns.sheet.rows.map(({ name }) => name), columns.asked.length], [['a,b,c', 'a,b,c', 'a,b,c'], 1]);
});

test('requests that nobody waits for are made', async () => {
  const { asked, said } = await run(row('fetch("https://a.test/")'));
  assert.deepEqual([asked.length, said], [3, undefined]);
});

test('a hook that has failed asks for nothing more', async () => {
  const { asked, code } = await run(row('fetch("https://a.test/"); throw new Error("no")'));
  assert.deepEqual([asked.length, code], [0, 'hook.failed']);
});

test('where no host is allowed', async () => {
  const { asked, said } = await run(row('await fetch("https://a.test/")'), { network: false });
  assert.deepEqual([asked.length, said], [0, 'TypeError: fetch: this server lets hooks reach no host']);
});

test('what went wrong is a rejection, which a hook may catch', async () => {
  const answer: HookFetch = async () => await Promise.reject(new HeadgateError('connect.forbidden', 'fetch: not there'));
  const ran = await run(
    row('try { await fetch("https://a.test/") } catch (e) { record.row.note.value = e.name + " " + e.message }'),
    { answer },
  );
  assert.deepEqual(notes(ran), Array(3).fill('TypeError fetch: not there'));
  assert.equal((await run(row('await fetch("https://a.test/")'), { answer })).said, 'TypeError: fetch: not there');
});

/** Answers after a while, or when it is told to stop. */
const after = (ms: number): HookFetch => {
  const answer = { status: 200, statusText: 'OK', redirected: false, headers: [], body: '{}' } as const;
  return async ({ url }, _, signal) => await setTimeout(ms, { ...answer, url }, { signal });
};

test('a timer runs while a request is on its way, and asks for more', async () => {
  const ran = await run(
    row(
      'const all = []; const one = fetch("https://a.test/1").then(() => all.push("one")); await new Promise((r) => setTimeout(r, 10)); all.push("timer"); await Promise.all([one, fetch("https://a.test/2").then(() => all.push("two"))]); record.row.note.value = all.join(" ")',
    ),
    { answer: after(300), fetchWaitMs: 10_000 },
  );
  assert.deepEqual([ran.said, notes(ran)], [undefined, Array(3).fill('timer one two')]);
});

test('a timer that gives up waiting for an answer, and one that is not needed any more', async () => {
  const race = (ms: number) =>
    row(
      `record.row.note.value = await Promise.race([fetch("https://a.test/").then(() => "there"), new Promise((r) => setTimeout(r, ${ms}, "late"))])`,
    );
  assert.deepEqual(notes(await run(race(10), { answer: after(300), fetchWaitMs: 10_000 })), Array(3).fill('late'));
  assert.deepEqual(notes(await run(race(800), { answer: after(10), fetchWaitMs: 10_000 })), Array(3).fill('there'));
});

test('a timer that never ends while a request is on its way', async () => {
  const loop = row('fetch("https://a.test/"); await new Promise(() => setTimeout(() => { for (;;); }, 10))');
  assert.equal((await run(loop, { answer: after(200), fetchWaitMs: 10_000 })).code, 'hook.timeout');
});

const hostile: readonly (readonly [what: string, body: string, code: string | undefined, most: number])[] = [
  [
    'ten thousand requests',
    'await Promise.all(Array.from({ length: 10000 }, () => fetch("https://a.test/").catch(() => 0)))',
    'hook.fetch',
    0,
  ],
  ['one after the other without end', 'for (;;) await fetch("https://a.test/").catch(() => 0)', 'hook.fetch', 50],
  ['without end behind its own end', 'const on = () => fetch("https://a.test/").then(on, on); on()', 'hook.fetch', 50],
  ['in a circle of promises', 'const p = () => Promise.resolve().then(p); fetch("https://a.test/"); p()', 'hook.timeout', 0],
  ['a header of two lines', 'await fetch("https://a.test/", { headers: { x: "a\\r\\nHost: inside" } })', 'hook.failed', 0],
  ['a header that frames', 'await fetch("https://a.test/", { headers: [["Content-Length", "0"]] })', 'hook.failed', 0],
  ['a method of its own', 'await fetch("https://a.test/", { method: "GET /x HTTP/1.1\\r\\n" })', 'hook.failed', 0],
  ['a body that is no text', 'await fetch("https://a.test/", { body: {} , method: "POST" })', 'hook.failed', 0],
  ['a body that is too long', 'await fetch("https://a.test/", { body: "x".repeat(3e5), method: "POST" })', 'hook.failed', 0],
  ['headers that lie', 'await fetch("https://a.test/", { headers: new Proxy({}, { ownKeys() { throw 1 } }) })', 'hook.failed', 0],
  ['an address that throws', 'await fetch({ toString() { throw 1 } })', 'hook.failed', 0],
  [
    'a language that was tampered with',
    'JSON.parse = JSON.stringify = () => "[]"; globalThis.Promise = null; await fetch("https://a.test/")',
    'hook.failed',
    1,
  ],
  ['an answer for itself', 'Array.prototype.shift = () => ({ resolve: 1 }); await fetch("https://a.test/")', 'hook.failed', 1],
  [
    'a toJSON for all',
    'Object.prototype.toJSON = () => ({ url: "file:///etc/passwd" }); await fetch("https://a.test/")',
    'hook.failed',
    0,
  ],
];

for (const [what, body, code, most] of hostile)
  test(`hostile: ${what}`, { timeout: 60_000 }, async () => {
    const ran = await run(row(body));
    assert.equal(ran.code, code, ran.said);
    assert.ok(ran.asked.length <= most, `${ran.asked.length} requests`);
    assert.deepEqual(ran.sheet.changes, []);
  });

test('a network that never answers ends the hook, and the requests with it', async () => {
  let aborted = 0;
  const answer: HookFetch = async (_, __, signal) =>
    await new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => {
        aborted += 1;
        reject(signal.reason as Error); // what an abort gives
      }),
    );
  assert.equal((await run(row('await fetch("https://a.test/")'), { answer })).code, 'hook.timeout');
  assert.equal(aborted, 1);
});
