/** Everything that a hook can try. Each ends, says why, and the next hook of the same import knows nothing of it. */
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import type { ErrorCode } from '../domain/codes.ts';
import { HookError } from './failure.ts';
import { defaultHookLimits } from './limits.ts';
import { runRecordHooks } from './order.ts';
import { Sandbox } from './sandbox.ts';
import { sheetOf } from './sheet-harness.ts';

const limits = { ...defaultHookLimits, rowMs: 300, callMs: 1000, batchMs: 2000, silenceMs: 3000 };
const sandbox = new Sandbox(limits);
after(async () => await sandbox[Symbol.asyncDispose]());

const rows = () =>
  sheetOf([
    { name: 'ann', city: 'Rome' },
    { name: 'bob', city: 'Oslo' },
  ]);

/** Finds anything that somebody may have left in the language. */
const innocent = `(record, mode) => {
  const text = JSON.stringify([record.row.name.value, mode, [1, 2].map((n) => n + 1), typeof leak, {}.polluted ?? null, String(new Map([[1, 2]]).get(1))]);
  return { row: { city: { value: text } } };
}`;

async function stillWell(): Promise<void> {
  const sheet = rows();
  await runRecordHooks(sandbox, { rowHooks: [innocent] }, sheet);
  assert.deepEqual(
    sheet.rows.map(({ city }) => city),
    ['["ann","init",[2,3],"undefined",null,"2"]', '["bob","init",[2,3],"undefined",null,"2"]'],
  );
}

/** `null`: it may end well. */
interface Case {
  readonly does: string;
  readonly code: readonly (ErrorCode | null)[];
}

const hook = (body: string): string => `function (record) { ${body}; return record }`;
const slow = ['hook.timeout'] as const;
const large = ['hook.memory', 'hook.failed', 'hook.timeout'] as const;
const refused = ['hook.failed'] as const;

const cases: Readonly<Record<string, Case>> = {
  'an endless loop': { does: hook('for (;;);'), code: slow },
  'an endless loop while it is compiled': { does: '(() => { for (;;); })()', code: slow },
  'an endless loop that catches': { does: hook('for (;;) try { for (;;); } catch {} finally { for (;;); }'), code: slow },
  'an endless expression': { does: hook('/(a+)+$/.test("a".repeat(60) + "!")'), code: slow },
  'an endless expression with a back reference': { does: hook('/(x+x+)+\\1y/.test("x".repeat(40))'), code: slow },
  'a built-in function that cannot be interrupted': { does: hook('Array(4294967295).indexOf(1)'), code: slow },
  'an endless getter': { does: '() => ({ get row() { for (;;); } })', code: slow },
  'an endless toString': { does: hook('throw { toString() { for (;;); } }'), code: slow },
  'an endless generator': { does: hook('[...(function* () { for (;;) yield 1 })()]'), code: large },
  'an endless chain of promises': { does: 'async () => { for (;;) await null }', code: slow },
  'promises that make promises': { does: '() => { const f = () => Promise.resolve().then(f); return f() }', code: large },
  'a promise that never settles': { does: '() => new Promise(() => {})', code: refused },
  'a then that never calls': { does: '() => ({ then() {} })', code: refused },
  'a then that gives itself': { does: '() => { const t = { then(f) { f(t) } }; return t }', code: large },
  'a rejected promise': { does: 'async () => { throw new Error("no") }', code: refused },
  'texts until memory ends': { does: hook('const all = []; for (;;) all.push("x".repeat(1e6) + all.length)'), code: large },
  'objects until memory ends': { does: hook('const m = new Map(); for (let i = 0; ; i++) m.set(i, {})'), code: large },
  'buffers until memory ends': { does: hook('const all = []; for (;;) all.push(new ArrayBuffer(1e7))'), code: large },
  'memory that catches its end': {
    does: hook('let a = []; for (;;) try { a.push("x".repeat(1e6) + a.length) } catch {}'),
    code: large,
  },
  'one huge text': { does: hook('"x".repeat(2 ** 29)'), code: large },
  'a text that doubles': { does: hook('let s = "x"; for (;;) s += s'), code: large },
  'a text that is replaced by itself': { does: hook('"a".repeat(1e7).replace(/a/g, "$&".repeat(20))'), code: large },
  'a huge number': { does: hook('let n = 3n; for (;;) n *= n'), code: large },
  'an array that claims to be long': { does: hook('new Array(4294967295).join("x")'), code: large },
  'a sort of much': { does: hook('new Array(3e7).fill(0).map(Math.random).sort()'), code: large },
  'a function that calls itself': { does: hook('const f = () => f() + 1; f()'), code: large },
  'arrays so deep that their text ends the stack': {
    does: hook('let r = []; for (let i = 0; i < 100000; i++) r = [r]; String(r)'),
    code: large,
  },
  'objects so deep that their JSON ends the stack': {
    does: hook('let r = {}; for (let i = 0; i < 100000; i++) r = { r }; record.row.name.value = JSON.stringify(r)'),
    code: [...large, null],
  },
  'JSON so deep that reading it ends the stack': { does: hook('JSON.parse("[".repeat(1e6))'), code: large },
  'an expression so deep that it cannot be compiled': {
    does: hook('new RegExp("(".repeat(1e5) + ")".repeat(1e5))'),
    code: large,
  },
  'a source so deep that it cannot be compiled': {
    does: `${'('.repeat(60_000)}x${')'.repeat(60_000)}`,
    code: ['hook.invalid', ...large],
  },
  'a source that is too long': { does: `() => "${'x'.repeat(300_000)}"`, code: ['hook.invalid'] },
  'a source that closes our bracket': { does: '() => 1); globalThis.leak = 1; (() => undefined', code: [null] },
  'a source that is no function': { does: '42', code: ['hook.invalid'] },
  'a source that is no JavaScript': { does: 'function (', code: ['hook.invalid'] },
  'output of one row without end': { does: hook('record.row.name.value = "x".repeat(3e6)'), code: ['hook.output'] },
  'output of infos without end': {
    does: hook('record.row.name.info = Array(1e5).fill({ message: "no no no no no no" })'),
    code: ['hook.output'],
  },
  'too many infos': { does: hook('record.row.name.info = Array(5000).fill({ message: "" })'), code: refused },
  'a polluted prototype': {
    does: hook('Object.prototype.polluted = 1; ({}).__proto__.polluted = 2; Array.prototype.map = () => "gone"'),
    code: [null, ...refused],
  },
  'keys that are prototypes': {
    does: '() => ({ row: JSON.parse(\'{"__proto__": {"value": "x"}, "constructor": {"value": "y"}}\') })',
    code: refused,
  },
  'a field that is not there': { does: '() => ({ row: { nobody: { value: "x" } } })', code: refused },
  'tampering with the language': {
    does: hook(
      'JSON.stringify = JSON.parse = Object.keys = Reflect.ownKeys = Map.prototype.get = Promise.prototype.then = () => { throw 1 }; globalThis.leak = 1',
    ),
    code: [null, ...refused],
  },
  'another toJSON for all': {
    does: hook('Array.prototype.toJSON = () => [[99, 99, -1, "x"]]; record.row.name.value = "x"'),
    code: large,
  },
  'another toJSON that makes up an answer': {
    does: hook('Array.prototype.toJSON = () => ({ toString: 1 }); record.row.name.value = "x"'),
    code: refused,
  },
  'another toJSON for texts': { does: hook('String.prototype.toJSON = () => ({}); record.row.name.value = "x"'), code: [null] },
  'a promise of its own kind': {
    does: hook('globalThis.Promise = class { static resolve() { for (;;); } }; Promise.prototype.then = 1'),
    code: [null, ...refused],
  },
  'getters that throw': { does: '() => ({ row: { name: { get value() { throw new Error("mine") } } } })', code: refused },
  'a proxy for a record': {
    does: '() => new Proxy({}, { get() { throw new Error("trap") }, has: () => true, ownKeys: () => ["x"] })',
    code: refused,
  },
  'a proxy for a row that lies': {
    does: '() => ({ row: new Proxy({}, { ownKeys: () => ["name"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: () => 7 }) })',
    code: refused,
  },
  'a proxy without end': {
    does: '() => { let p = {}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {}); return p.row }',
    code: [null, ...large],
  },
  'a thing that throws when it is read as an error': {
    does: hook('throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })'),
    code: refused,
  },
  'an error of many lines': { does: hook('throw new Error("one\\n\\u001b[2Jtwo\\u202e".repeat(1e5))'), code: refused },
  'a value that is an object': { does: hook('record.row.name.value = { toString: () => "x" }'), code: refused },
  'a symbol': { does: hook('record.row.name.value = Symbol()'), code: refused },
  'half a character': { does: hook('record.row.name.value = "\\ud800"'), code: [null] },
  'a frozen record': { does: hook('Object.freeze(record.row); Object.freeze(record)'), code: [null, ...refused] },
  'a wait for another thread': { does: hook('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'), code: refused },
  'finalizers and weak references': {
    does: hook('new FinalizationRegistry(() => { for (;;); }).register({}, 1)'),
    code: [null, ...refused],
  },
  'the process': { does: hook('process.exit(1)'), code: refused },
  modules: { does: hook('require("node:fs").readFileSync("/etc/passwd")'), code: refused },
  'modules by import': { does: 'async () => { const fs = await import("node:fs"); fs.rmSync("/") }', code: refused },
  'modules of the interpreter': { does: 'async () => { const os = await import("os"); os.exec(["true"]) }', code: refused },
  'the network': { does: 'async () => await fetch("http://127.0.0.1/")', code: refused },
  'a way up the constructors': {
    does: hook('record.constructor.constructor("return process")().mainModule.require("fs")'),
    code: refused,
  },
  'a way up the callers': {
    does: hook('arguments.callee.caller.caller.constructor("return this")().process.kill(1)'),
    code: refused,
  },
  'a way up the stack': {
    does: hook('Error.prepareStackTrace = (_, sites) => sites[0].getThis().process.exit(); new Error().stack.x.y'),
    code: refused,
  },
};

suite('hostile hooks', { concurrency: false }, () => {
  test('limits of time leave every hook less than ten seconds', () => {
    const { rowMs, callMs, batchMs, silenceMs } = defaultHookLimits;
    for (const ms of [rowMs, callMs, batchMs, silenceMs]) assert.ok(ms < 10_000);
  });

  for (const [what, { does, code }] of Object.entries(cases)) {
    test(what, { timeout: 60_000 }, async () => {
      const sheet = rows();
      const got = await runRecordHooks(sandbox, { rowHooks: [does] }, sheet).then(
        () => null,
        (error: unknown) => {
          assert.ok(error instanceof HookError, String(error));
          assert.match(error.message, /^running row hook 1( on row [01])?: /);
          assert.doesNotMatch(`${error.message}${error.said}`, /[\p{Cc}\p{Cf}]/u);
          assert.ok((error.said ?? '').length <= 500);
          return error.code;
        },
      );
      assert.ok(code.includes(got), `ended with ${got}`);
      if (got !== null) assert.deepEqual(sheet.changes, []);
      await stillWell();
    });
  }

  test('what a hook leaves behind is not there for its own next batch', async () => {
    const many = sheetOf(Array.from({ length: 25 }, (_, at) => ({ name: String(at) })));
    await using small = new Sandbox({ ...limits, batchRows: 10 });
    const counting = '(record) => { globalThis.seen = (globalThis.seen ?? 0) + 1; return { row: { name: { value: seen } } } }';
    await runRecordHooks(small, { rowHooks: [counting] }, many);
    assert.deepEqual(
      many.rows.map(({ name }) => Number(name)),
      Array.from({ length: 25 }, (_, at) => (at % 10) + 1),
    );
  });
});
