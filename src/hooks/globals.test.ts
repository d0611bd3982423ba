/** What hooks find beside the language is what Node has: each expression is evaluated here and there. */
process.env['TZ'] = 'UTC';
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { runInThisContext } from 'node:vm';
import { defaultHookLimits } from './limits.ts';
import { runRecordHooks } from './order.ts';
import { plainOrder } from './inside-order.ts';
import { Sandbox } from './sandbox.ts';
import { sheetOf } from './sheet-harness.ts';

const sandbox = new Sandbox({ ...defaultHookLimits, rowMs: 5000 });
after(async () => await sandbox[Symbol.asyncDispose]());

/** Evaluates to a function of expressions, which gives what came of each as JSON: its value, or the class of its error. */
const evaluator = `async (expressions) => {
  const got = [];
  const seen = (key, value) => value === undefined ? 'undefined' : typeof value === 'bigint' ? value + 'n'
    : ArrayBuffer.isView(value) ? [...value] : value instanceof Map || value instanceof Set ? [...value] : value instanceof Error ? String(value) : value;
  for (const one of expressions) {
    try { got.push(JSON.stringify([await (0, eval)(one)], seen)); }
    catch (error) { got.push(error instanceof RangeError ? 'RangeError' : error instanceof TypeError ? 'TypeError' : error.name); }
  }
  return got;
}`;

async function inHook(expressions: readonly string[]): Promise<unknown> {
  const sheet = sheetOf([{ name: '' }]);
  const source = `async (record) => { record.row.name.value = JSON.stringify(await (${evaluator})(${JSON.stringify(expressions)})); return record }`;
  await runRecordHooks(sandbox, { rowHooks: [source] }, sheet);
  // What the hook wrote.
  return JSON.parse(sheet.rows[0]?.['name'] as string);
}

async function here(expressions: readonly string[]): Promise<unknown> {
  const evaluate = runInThisContext(evaluator) as (given: readonly string[]) => Promise<unknown>; // the function above
  return await evaluate(expressions);
}

const locales = ["'en-US'", "'de-DE'", "'en-IN'", "'fr'", "'ar-EG'", "'ja-JP-u-ca-japanese'", "['xx', 'de']"];
const dates = ['new Date(0)', "new Date('2024-02-29T23:59:59.999Z')", 'new Date(-1e12)', 'new Date(NaN)'];
const across = (parts: readonly string[], write: (part: string) => readonly string[]): readonly string[] => parts.flatMap(write);

const table: Readonly<Record<string, readonly string[]>> = {
  'numbers in locales': across(locales, (locale) => [
    `(1234.5).toLocaleString(${locale})`,
    `(-0).toLocaleString(${locale})`,
    `NaN.toLocaleString(${locale})`,
    `(1e21).toLocaleString(${locale})`,
    `(0.1 + 0.2).toLocaleString(${locale}, { maximumFractionDigits: 20 })`,
    `12345678901234567890n.toLocaleString(${locale})`,
    `new Intl.NumberFormat(${locale}, { style: 'currency', currency: 'EUR' }).format(-1234.567)`,
    `new Intl.NumberFormat(${locale}, { style: 'percent', minimumFractionDigits: 1 }).formatToParts(0.1234)`,
    `new Intl.NumberFormat(${locale}, { notation: 'compact' }).format('1234567')`,
    `[1234.5, new Date(0), null, 'x'].toLocaleString(${locale})`,
    `new Intl.NumberFormat(${locale}).formatRange(3, 5)`,
    `new Intl.NumberFormat(${locale}).resolvedOptions().locale`,
  ]),
  'dates in locales': across(locales, (locale) =>
    across(dates, (date) => [
      `${date}.toLocaleDateString(${locale})`,
      `${date}.toLocaleTimeString(${locale})`,
      `${date}.toLocaleString(${locale})`,
      `${date}.toLocaleString(${locale}, { month: 'long', year: 'numeric' })`,
      `${date}.toLocaleDateString(${locale}, { hour: '2-digit' })`,
      `${date}.toLocaleTimeString(${locale}, { weekday: 'short', timeZone: 'America/New_York' })`,
      `${date}.toLocaleString(${locale}, { dateStyle: 'full', timeStyle: 'long', timeZone: 'Asia/Kolkata' })`,
      `new Intl.DateTimeFormat(${locale}, { dateStyle: 'medium' }).format(${date})`,
      `new Intl.DateTimeFormat(${locale}, { hour: 'numeric', minute: '2-digit', hour12: false }).formatToParts(${date})`,
    ]),
  ),
  'the rest of Intl': [
    "['z', 'ä', 'a', 'Z', 'é'].sort(new Intl.Collator('de').compare)",
    "['10', '9', '1'].sort(new Intl.Collator(undefined, { numeric: true }).compare)",
    "'a'.localeCompare('A', 'en', { sensitivity: 'base' })",
    "'ä'.localeCompare('b')",
    "'ä'.localeCompare('z', 'sv')",
    "'co\\u0302te'.localeCompare('c\\u00f4te')",
    "'a\\0b'.localeCompare('ab')",
    "'\\ud800'.localeCompare('\\ud801')",
    "new Intl.PluralRules('en', { type: 'ordinal' }).select(22)",
    "new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-1, 'day')",
    "new Intl.ListFormat('en').format(['a', 'b', 'c'])",
    "new Intl.DisplayNames('en', { type: 'region' }).of('DE')",
    "Intl.NumberFormat('de').format(1.5)",
    "[1.5, 2.5].map(Intl.NumberFormat('de').format)",
    "Intl.DateTimeFormat('de', { timeZone: 'UTC' }).format(0)",
    'Intl.DateTimeFormat().resolvedOptions().timeZone',
    "Intl.NumberFormat.supportedLocalesOf(['de', 'xx'])",
    "Intl.getCanonicalLocales(['EN-us', 'de'])",
    "Intl.supportedValuesOf('currency').includes('EUR')",
    "String(Intl) + String(new Intl.NumberFormat('en')) + Intl.NumberFormat.name",
    "new Intl.NumberFormat('en') instanceof Intl.NumberFormat",
    "class Mine extends Intl.NumberFormat {}; new Mine('en').format(1234)",
    "'İI'.toLocaleLowerCase('tr') + 'iı'.toLocaleUpperCase('tr') + 'aß'.toLocaleUpperCase() + 'A'.toLocaleLowerCase('en-US')",
    '[1.5, [2.5, null], undefined].toLocaleString()',
    'new Date(0).getTimezoneOffset()',
    'new Date(2024, 6, 1).toISOString()',
  ],
  'what Intl refuses': [
    "(1).toLocaleString('no such locale')",
    '(1).toLocaleString(null)',
    '(1).toLocaleString([1])',
    "(1).toLocaleString('en', null)",
    "(1).toLocaleString('en', { style: 'currency' })",
    "(1).toLocaleString('en', { maximumFractionDigits: 101 })",
    "(1).toLocaleString('en', { maximumFractionDigits: NaN })",
    "(1).toLocaleString('en', { style: Symbol() })",
    "(1).toLocaleString('en', { style: { toString: () => 'percent' } })",
    "new Date(0).toLocaleString('en', { timeZone: 'Nowhere' })",
    "new Date(0).toLocaleDateString('en', { timeStyle: 'short' })",
    "new Date(0).toLocaleTimeString('en', { dateStyle: 'short' })",
    "new Intl.DateTimeFormat('en').format(NaN)",
    "new Intl.DateTimeFormat('en').format(new Date(NaN))",
    "Intl.PluralRules('en')",
    "new Intl.DisplayNames('en')",
    "Intl.supportedValuesOf('x')",
    "Number.prototype.toLocaleString.call('x')",
    'Date.prototype.toLocaleString.call({})',
    "String.prototype.localeCompare.call(null, 'x')",
    'Intl.NumberFormat.prototype.formatToParts.call({}, 1)',
    "new Intl.ListFormat('en').format([1])",
    "new Intl.NumberFormat('en').format(Symbol())",
  ],
  addresses: [
    "String(new URL('https://user:pa ss@Example.org:443/a/../b c?x=1 2#y'))",
    "const u = new URL('http://ä.example/?q=1'); [u.href, u.origin, u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash]",
    "new URL('../x?y', 'https://h/a/b/c').href",
    "JSON.stringify({ u: new URL('http://h') })",
    "{ const u = new URL('http://h/?a=1&b=2'); u.searchParams.append('c', 'ü &+'); u.searchParams.delete('a'); u.href }",
    "{ const u = new URL('http://h/?a=1'); const p = u.searchParams; u.search = '?z=9'; [p.get('a'), p.get('z'), p === u.searchParams] }",
    "{ const u = new URL('http://h:1/'); u.port = '99999'; u.host = 'x:8'; u.protocol = 'https'; u.hash = 'a b'; u.pathname = 'ü'; u.username = 'me'; u.href }",
    "{ const u = new URL('http://h/'); u.href = 'no' }",
    "'use strict'; { const u = new URL('http://h/'); u.hostname = ''; u.href }",
    "new URL('no address')",
    'new URL()',
    "URL('http://h')",
    "try { new URL('x') } catch (e) { [e.name, e.message, e.code] }",
    "URL.canParse('http://h') + ' ' + URL.canParse('x') + ' ' + URL.canParse('x', 'http://h')",
    "URL.parse('x') + ' ' + URL.parse('x', 'http://h/')",
    "Object.prototype.toString.call(new URL('http://h')) + URL.name + String(URLSearchParams.name)",
    "String(new URLSearchParams({ a: 'b c', ü: '~!\\'()*-._', 3: '%' }))",
    "String(new URLSearchParams([['a', 1], ['b', 2], ['a', 3]]))",
    "String(new URLSearchParams(new Map([['x', 'y']])))",
    "String(new URLSearchParams('?a=1&&=x&b&c==%2B+%zz%C3%BC%FF&%'))",
    "[...new URLSearchParams('a=%C3%28&b=%F0%9F%98%80&c=ü%&d=%E2%82')]",
    "{ const p = new URLSearchParams('b=1&a=2&b=3&c=4'); p.set('b', 9); p.sort(); p.append('a', '\\ud800'); [p.size, p.has('b'), p.has('b', '8'), p.getAll('a'), p.get('x'), [...p.keys()], [...p.values()], String(p)] }",
    "{ const p = new URLSearchParams('a=1&a=2&b=3'); p.delete('a', '1'); const got = []; p.forEach((v, k) => got.push(k + v)); got }",
    'new URLSearchParams([[1]])',
    'new URLSearchParams(5).toString()',
  ],
  'texts and bytes': [
    "new TextEncoder().encode('aüŧ€😀\\ud800x\\udc00')",
    'new TextEncoder().encode()',
    "{ const b = new Uint8Array(4); [new TextEncoder().encodeInto('a€😀', b), b] }",
    "new TextDecoder().decode(new TextEncoder().encode('aüŧ€😀\\ud800'))",
    'new TextDecoder().decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))',
    "new TextDecoder('utf8', { ignoreBOM: true }).decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)).length",
    'new TextDecoder().decode(Uint8Array.of(0xc3, 0x28, 0xe2, 0x82, 0x41, 0xf0, 0x9f, 0x98, 0xff, 0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xf5, 0xe2, 0x82))',
    "new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.of(0xff))",
    "new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.of(0xe2, 0x82))",
    '{ const d = new TextDecoder(); d.decode(Uint8Array.of(0xe2, 0x82), { stream: true }) + d.decode(Uint8Array.of(0xac, 0xc3), { stream: true }) + d.decode() }',
    'new TextDecoder().decode(new Uint16Array([0x6162, 0x63]).buffer)',
    'new TextDecoder().decode(new DataView(new ArrayBuffer(3), 1, 2)).length',
    "new TextDecoder('no such')",
    "new TextDecoder().decode('text')",
    'new TextDecoder().encoding + new TextEncoder().encoding',
    "btoa('') + btoa('a') + btoa('ab') + btoa('abc\\xff\\0')",
    "atob(' YWJj\\n/w==') + atob('YQ') + atob('') + atob('YWI=')",
    "try { atob('a') } catch (e) { e.name }",
    "try { atob('a=b=') } catch (e) { e.name }",
    "try { atob('YQ=') } catch (e) { e.name }",
    "try { btoa('€') } catch (e) { e.name }",
    'atob(btoa(Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join(""))).length',
  ],
  copies: [
    "structuredClone({ a: [1, , 'x', null, undefined, 2n], b: { c: new Date(5), d: /x/gi } })",
    'structuredClone(new Map([[{ a: 1 }, new Set([1, [2]])]]))',
    '{ const a = { n: 1 }; a.self = a; const b = structuredClone(a); [b !== a, b.self === b, b.n] }',
    '{ const a = [1]; const b = structuredClone({ x: a, y: a }); b.x === b.y && b.x !== a }',
    'structuredClone(new Uint16Array([1, 2, 3]).subarray(1))',
    'structuredClone(new Date(7)).getTime() + structuredClone(Object(5)) + structuredClone(Object("x")).length',
    "{ const e = structuredClone(new RangeError('m', { cause: [1] })); [e instanceof RangeError, e.message, e.cause] }",
    'class A { x = 1; get y() { return 2 } }; const made = structuredClone(new A()); [made, made.constructor === Object]',
    'try { structuredClone(() => 1) } catch (e) { e.name }',
    'try { structuredClone({ a: Symbol() }) } catch (e) { e.name }',
    'try { structuredClone(new WeakMap()) } catch (e) { e.name }',
    'structuredClone()',
    'structuredClone(JSON.parse(\'{"__proto__": 1}\'))',
    'structuredClone({ get a() { throw new RangeError() } })',
  ],
  'chance and time': [
    '/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())',
    'crypto.randomUUID() === crypto.randomUUID()',
    '{ const a = new Uint8Array(1000); [crypto.getRandomValues(a) === a, new Set(a).size > 100] }',
    '{ const a = new Uint8Array(32); crypto.getRandomValues(a.subarray(8, 16)); [a.subarray(0, 8).join(), a.subarray(16).join()] }',
    'crypto.getRandomValues(new BigUint64Array(2)).every((n) => n !== 0n)',
    'try { crypto.getRandomValues(new Uint8Array(65537)) } catch (e) { e.name }',
    'try { crypto.getRandomValues(new Float64Array(1)) } catch (e) { e.name }',
    "new Promise((done) => setTimeout(done, 20, 'x'))",
    '{ const begun = Date.now(); new Promise((done) => setTimeout(done, 50)).then(() => Date.now() - begun >= 49) }',
    "new Promise((done) => { const got = []; setTimeout(() => { got.push('c'); done(got) }, 30); setTimeout(() => { got.push('a'); Promise.resolve().then(() => got.push('a2')) }, 5); setTimeout(() => got.push('b'), 5) })",
    "new Promise((done) => { const got = []; const t = setTimeout(() => got.push('no'), 5); clearTimeout(t); clearTimeout(t); clearTimeout(undefined); setTimeout(() => done(got), 20) })",
    'new Promise((done) => { const got = []; queueMicrotask(() => got.push(1)); Promise.resolve().then(() => got.push(2)); got.push(0); setTimeout(() => done(got)) })',
    "setTimeout('x', 1)",
    'queueMicrotask(1)',
  ],
};

suite('what hooks find beside the language', { concurrency: false }, () => {
  for (const [what, expressions] of Object.entries(table))
    test(what, async () => {
      const [got, wanted] = [await inHook(expressions), await here(expressions)] as [readonly unknown[], readonly unknown[]]; // one for each
      assert.deepEqual(
        expressions.map((one, at) => [one, got[at]]),
        expressions.map((one, at) => [one, wanted[at]]),
      );
    });

  test('the usual order of plain texts, compared pair by pair', async () => {
    const chars = [...plainOrder, ...'aAbBzZ', 'é', '\t', '\u0301', '\u00ad'];
    const short = [...chars, ...chars.flatMap((char) => [`a${char}`, `${char}a`, `A${char}b`])];
    // No key is kept of these.
    const texts = [...short, ...chars.flatMap((char) => [`${'x'.repeat(100)}${char}`, `${'x'.repeat(99)}X${char}`])];
    const signs = `(texts) => texts.map((a) => texts.map((b) => Math.sign(a.localeCompare(b)) + 1).join('')).join()`;
    const [got] = (await inHook([`(${signs})(${JSON.stringify(texts)})`])) as [string]; // one
    const [wanted] = (await here([`(${signs})(${JSON.stringify(texts)})`])) as [string]; // likewise
    assert.equal(got, wanted);
  });

  test('a language and zone of their own, whatever the machine has', async () => {
    assert.deepEqual(
      await inHook([
        '(1234.5).toLocaleString()',
        'new Date(0).toLocaleString()',
        'Intl.NumberFormat().resolvedOptions().locale',
        'String(new Date(0))',
      ]),
      ['["1,234.5"]', '["1/1/1970, 12:00:00 AM"]', '["en-US"]', '["Thu Jan 01 1970 00:00:00 GMT+0000"]'],
    );
  });

  test('what is not there', async () => {
    const names =
      'Buffer process require setInterval setImmediate AbortController WebSocket XMLHttpRequest performance navigator global module';
    assert.deepEqual(
      await inHook(names.split(' ').map((name) => `typeof ${name}`)),
      names.split(' ').map(() => '["undefined"]'),
    );
  });

  test('whoever replaces something of it has their own', async () => {
    assert.deepEqual(
      await inHook([
        'globalThis.URL = 1; URL',
        "const d = new Date(0); d.toLocaleString = () => 'mine'; [d.toLocaleString(), new Date(0).toLocaleString('de')]",
        "{ const { parse, stringify } = JSON; JSON.parse = JSON.stringify = () => { throw 1 }; const text = (1234.5).toLocaleString('de'); Object.assign(JSON, { parse, stringify }); text }",
      ]),
      ['[1]', '[["mine","1.1.1970, 00:00:00"]]', '["1.234,5"]'],
    );
  });
});
