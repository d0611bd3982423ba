/** What hooks can try with all that stands beside the language: each ends in time, and the same process runs the next where it has not been stopped. */
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import type { ErrorCode } from '../domain/codes.ts';
import { HookError } from './failure.ts';
import { defaultHookLimits } from './limits.ts';
import { runRecordHooks } from './order.ts';
import { Sandbox } from './sandbox.ts';
import { sheetOf } from './sheet-harness.ts';

const sandbox = new Sandbox({ ...defaultHookLimits, rowMs: 300, callMs: 1000, batchMs: 2000, silenceMs: 3000 });
after(async () => await sandbox[Symbol.asyncDispose]());

const innocent = `async (record) => {
  await new Promise((done) => setTimeout(done, 5));
  const text = [(1234.5).toLocaleString('de-DE'), new Date(0).toLocaleDateString('en-US'), ['b', 'ä'].sort((a, b) => a.localeCompare(b)), new URL('x', 'http://h/a').href, structuredClone([1]), atob('YQ=='), crypto.randomUUID().length];
  return { row: { name: { value: text.join(' ') } } };
}`;

type Ends = readonly (ErrorCode | null)[];
/** `null`: it may end well. */
const [well, refused, slow]: readonly Ends[] = [[null], ['hook.failed'], ['hook.timeout']];
const large: Ends = ['hook.memory', 'hook.failed', 'hook.timeout'];

const cases: Readonly<Record<string, readonly [body: string, ends: Ends | undefined]>> = {
  'a million formats': ["for (let i = 0; i < 1e6; i++) i.toLocaleString('en-US')", slow],
  'a million formats, errors caught': ["for (let i = 0; i < 1e6; i++) try { i.toLocaleString('en-US') } catch {}", slow],
  'a million formatters': [
    "for (let i = 0; i < 1e6; i++) new Intl.NumberFormat('en', { minimumFractionDigits: i % 40, maximumFractionDigits: 40 + (i % 60) })",
    slow,
  ],
  'formatters of every language and calendar': [
    "const l = 'ar bn cs de el fa he hi ja ko th zh'.split(' '); const c = Intl.supportedValuesOf('calendar'); for (let i = 0; ; i++) new Date(i * 1e9).toLocaleString(l[i % 12], { dateStyle: 'full', calendar: c[i % c.length], timeZone: ['UTC', 'Asia/Tokyo', 'Europe/Rome'][i % 3] })",
    slow,
  ],
  'lists of time zones without end': ["for (;;) Intl.supportedValuesOf('timeZone')", slow],
  'a million comparisons': ["for (let i = 0; i < 1e6; i++) 'ä'.localeCompare('ö' + i, 'sv')", slow],
  'a sort by another language': [
    "Array.from({ length: 1e5 }, (_, i) => 'ä' + (i * 7919) % 1e5).sort(new Intl.Collator('de').compare)",
    slow,
  ],
  'a million addresses': ["for (let i = 0; i < 1e6; i++) new URL('http://h/' + i)", slow],
  'a million ids': ['for (let i = 0; i < 1e6; i++) crypto.randomUUID()', slow],
  'chance without end': ['for (;;) crypto.getRandomValues(new Uint8Array(65536))', slow],
  'chance that is kept': ['const all = []; for (;;) all.push(crypto.getRandomValues(new Uint32Array(16384)))', large],
  'an address of 10 MB': ["new URL('http://h/' + 'x'.repeat(1e7))", refused],
  'an address of 200 KB': ["new URL('http://h/' + 'x'.repeat(2e5))", refused],
  'an address that grows': [
    "const u = new URL('http://h/'); for (;;) u.pathname += 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'",
    large,
  ],
  'a hundred million bytes as an address': ["new URL('x'.repeat(1e8))", large],
  'parameters without end': ["const p = new URLSearchParams(); for (;;) p.append('x'.repeat(1000), 'y')", large],
  'parameters of an address without end': [
    "const u = new URL('http://h/'); for (;;) u.searchParams.append('x'.repeat(1000), 'y')",
    large,
  ],
  'a huge locale': ["(1).toLocaleString('en-' + 'x'.repeat(1e7))", refused],
  'many locales': ["(1).toLocaleString(Array(1e6).fill('en'))", refused],
  'locales that claim to be many': ["(1).toLocaleString({ length: 1e9, 0: 'en' })", refused],
  'locales that never end': ["(1).toLocaleString(new Proxy({}, { get: (_, k) => k === 'length' ? 1e15 : 'en' }))", refused],
  'a huge option': ["(1).toLocaleString('en', { numberingSystem: 'x'.repeat(1e7) })", refused],
  'deep options': ["let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; (1).toLocaleString('en', { style: o })", refused],
  'deep options, in an array': [
    "let o = []; for (let i = 0; i < 1e5; i++) o = [o]; (1).toLocaleString('en', { style: o })",
    large,
  ],
  'options without end': ["const o = new Proxy({}, { get: () => { for (;;); } }); (1).toLocaleString('en', o)", slow],
  'a getter in options that throws': ["(1).toLocaleString('en', { get style() { throw new Error('mine') } })", refused],
  'an option that is asked for its text for ever': ["(1).toLocaleString('en', { style: { toString() { for (;;); } } })", slow],
  'options of another prototype': [
    "Object.prototype.style = 'percent'; Object.prototype.constructor = 1; (1).toLocaleString('en')",
    well,
  ],
  'a number of a million digits': ["new Intl.NumberFormat('en').format('9'.repeat(1e6))", refused],
  'a whole number of many digits': ['(10n ** 20000n).toLocaleString("en")', refused],
  'a list of a million': ["new Intl.ListFormat('en').format(Array(1e6).fill('x'))", refused],
  'a list without end': ["new Intl.ListFormat('en').format((function* () { for (;;) yield 'x' })())", large],
  'long texts that are compared': ["'x'.repeat(1e7).localeCompare('ä'.repeat(1e7), 'de')", refused],
  'long texts in another case': ["'x'.repeat(1e7).toLocaleUpperCase('tr')", refused],
  'JSON of its own before anything': [
    "JSON.parse = JSON.stringify = () => '[\"mine\"]'; if ((1.5).toLocaleString('de') !== '1,5') throw 1",
    well,
  ],
  'another toJSON': ["Object.prototype.toJSON = () => ({ evil: 1 }); (1).toLocaleString('de')", refused],
  'another toJSON for lists': ["Array.prototype.toJSON = () => ['intl', '__proto__']; new URL('http://h')", refused],
  'another toJSON for texts': ["String.prototype.toJSON = () => 'constructor'; (1).toLocaleString('de')", well],
  'lists of its own': [
    "for (const name of Object.getOwnPropertyNames(Array.prototype)) try { Array.prototype[name] = () => { throw new Error('mine') } } catch {}; new URL('http://h').searchParams; (1).toLocaleString()",
    refused,
  ],
  'descriptors that inherit': ["Object.prototype.get = () => 1; new URL('http://h')", refused],
  'errors of its own': ["globalThis.RangeError = globalThis.TypeError = function () { for (;;); }; new URL('x')", slow],
  'a million names of methods': [
    "const f = new Intl.NumberFormat('en'); for (const name of ['constructor', '__proto__', 'toString']) f.format.call(f, { toString: () => name })",
    well,
  ],
  'a way up the constructors': ["Intl.NumberFormat.constructor('return process')().exit()", refused],
  'a way up by what comes back': [
    "new Intl.NumberFormat('en').formatToParts(1).constructor.constructor('return process')().exit()",
    refused,
  ],
  'a way up by an error': ["try { new URL('x') } catch (e) { e.constructor.constructor('return process')().exit() }", refused],
  'a hundred thousand timers': ['for (let i = 0; i < 1e5; i++) setTimeout(() => {}, 1e6)', refused],
  'a hundred thousand timers, cleared': [
    'for (let i = 0; i < 1e5; i++) clearTimeout(setTimeout(() => {}, 1e6))',
    [null, 'hook.timeout'],
  ],
  'timers that nobody clears': ['for (let i = 0; i < 1e4; i++) setTimeout(() => { for (;;); }, i % 3)', well],
  'a timer that sets itself again': ['await new Promise(() => { const f = () => setTimeout(f, 0); f() })', slow],
  'a microtask that sets itself again': ['const f = () => queueMicrotask(f); f()', large],
  'a timer that never ends': ['await new Promise(() => setTimeout(() => { for (;;); }, 1))', slow],
  'a timer that throws': ["await new Promise(() => setTimeout(() => { throw new Error('mine') }, 1))", refused],
  'a timer that throws what cannot be read': [
    'await new Promise(() => setTimeout(() => { throw { get message() { throw 1 }, toString: 1 } }, 1))',
    refused,
  ],
  'a microtask that throws': ["await new Promise(() => queueMicrotask(() => { throw new Error('mine') }))", refused],
  'a long wait': ['await new Promise((done) => setTimeout(done, 1e9))', slow],
  'many short waits': ['for (;;) await new Promise((done) => setTimeout(done, 10))', slow],
  'waits that are too long together': [
    'await new Promise((done) => setTimeout(done, 250)); await new Promise((done) => setTimeout(done, 250))',
    slow,
  ],
  'a timer for nobody': ['await new Promise(() => setTimeout(() => {}, 5))', refused],
  'a clock that stands': ['Date.now = () => 0; await new Promise((done) => setTimeout(done, 5))', slow],
  'a clock that says nothing': ['Date.now = () => NaN; await new Promise((done) => setTimeout(done, 5))', well],
  'a clock that says something else': ["Date.now = () => 'x'; await new Promise((done) => setTimeout(done, 5))", well],
  'maps of its own before a timer': [
    'Map.prototype.delete = Array.prototype.splice = () => 0; await new Promise((done) => setTimeout(done, 1))',
    [...large],
  ],
  'a copy of something deep': ['let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; structuredClone(o)', large],
  'a copy of something that grows': ['structuredClone({ get a() { return structuredClone(this) } })', large],
  'copies until memory ends': ['let o = [1]; for (;;) o = [o, structuredClone(o)]', large],
  'many bytes of a text': ["new TextEncoder().encode('x'.repeat(5e7))", large],
  'many bytes to a text': ['new TextDecoder().decode(new Uint8Array(5e7))', large],
  'a long text from base 64': ["atob('A'.repeat(5e7))", large],
};

suite('hostile hooks and what stands beside the language', { concurrency: false }, () => {
  for (const [what, [body, ends]] of Object.entries(cases))
    test(what, { timeout: 60_000 }, async () => {
      const begun = performance.now();
      const sheet = sheetOf([{ name: 'ann' }]);
      const got = await runRecordHooks(sandbox, { rowHooks: [`async (record) => { ${body}; return record }`] }, sheet).then(
        () => null,
        (error: unknown) => {
          assert.ok(error instanceof HookError, String(error));
          assert.doesNotMatch(`${error.said}`, /node:|file:|\/hooks\//);
          return error.code;
        },
      );
      assert.ok(ends?.includes(got), `ended with ${got}`);
      assert.ok(performance.now() - begun < 10_000, 'it took too long');
      const next = sheetOf([{ name: '' }]);
      await runRecordHooks(sandbox, { rowHooks: [innocent] }, next);
      assert.equal(next.rows[0]?.['name'], '1.234,5 1/1/1970 ä,b http://h/x 1 a 36');
    });
});
