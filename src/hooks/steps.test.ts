import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Json } from '../domain/json.ts';
import { Sandbox } from './sandbox.ts';
import { runBeforeFinish, runStepHooks } from './steps.ts';

const sandbox = new Sandbox();
after(async () => await sandbox[Symbol.asyncDispose]());

test('hooks of a step, in order, each after what the one before has asked for was done', async () => {
  const done: Json[] = [];
  const stepHooks = [
    {
      type: 'REVIEW_STEP',
      callback: 'async (it, data) => { await it.addField({ key: "x", seen: data.length }, { after: "a" }) }',
    },
    { type: 'UPLOAD_STEP', callback: '(it) => it.removeField("never")' },
    {
      type: 'REVIEW_STEP',
      callback:
        '(it, data) => { it.removeField("y"); it.addInfoMessages([data.length]); return it.addRows([{ row: {} }, { row: {} }]).then((ids) => it.removeRows(ids)) }',
    },
  ] as const;
  await runStepHooks(
    sandbox,
    { stepHooks },
    'REVIEW_STEP',
    async () => done,
    async (calls) => void done.push(...calls.map(({ method, arguments: given }) => [method, ...given])),
  );
  assert.deepEqual(done, [
    ['addField', { key: 'x', seen: 0 }, { after: 'a' }],
    ['removeField', 'y'],
    ['updateInfoMessages', [1]],
    ['addRows', [{ row: {} }, { row: {} }], ['REVIEW_STEP-3-1', 'REVIEW_STEP-3-2']],
    ['removeRows', ['REVIEW_STEP-3-1', 'REVIEW_STEP-3-2']],
  ]);
});

test('before the end: the rows, the metadata, and a word against it', async () => {
  const nothing = async (): Promise<void> => undefined;
  const finish = async (beforeFinishCallback: string) =>
    await runBeforeFinish(sandbox, { beforeFinishCallback }, [{ a: 1 }, { a: 2 }], { filename: 'f.csv' }, nothing);
  assert.deepEqual(await finish('() => {}'), { cancel: false, message: null });
  assert.deepEqual(
    await finish('(data, { filename }, it) => ({ cancel: true, message: filename + data[1].a + typeof it.addRows })'),
    {
      cancel: true,
      message: 'f.csv2function',
    },
  );
  await assert.rejects(finish('() => { throw new Error("stop") }'), {
    code: 'hook.failed',
    message: 'running the before-finish hook: it threw, or returned what it may not',
    said: 'Error: stop',
  });
});

test('an instance that is asked for what is no data, or too deep, or too much of it', async () => {
  const ask = async (body: string) =>
    await runStepHooks(
      sandbox,
      { stepHooks: [{ type: 'UPLOAD_STEP', callback: `(it) => { ${body} }` }] },
      'UPLOAD_STEP',
      async () => null,
      async () => assert.fail('applied'),
    );
  for (const body of [
    'let deep = []; for (let i = 0; i < 60; i++) deep = [deep]; it.setUser(deep)',
    'for (let i = 0; i < 20000; i++) it.removeField("x")',
    'const ring = {}; ring.ring = ring; it.setUser(ring)',
    'it.addRows(5); return it.addRows(5)',
  ])
    await assert.rejects(ask(body.includes('return') ? body : `${body}; return null`), { code: 'hook.failed' }, body);
});
