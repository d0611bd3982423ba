import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { confined } from './confine.ts';
import { defaultHookLimits } from './limits.ts';
import { replyTo } from './outside.ts';

const refused = ['RangeError', 'TypeError'];

test('only what is meant to be asked is answered, and only texts of a limited length', () => {
  const maker = '["intl","NumberFormat","en",null]';
  assert.equal(replyTo(maker, '["format","d1234.5"]'), '["1,234.5"]');
  for (const [what, call] of [
    ['', '[]'],
    ['null', '[]'],
    ['{}', '[]'],
    ['["constructor"]', '[]'],
    ['["intl","constructor"]', '[]'],
    ['["intl","Locale","en"]', '["toString"]'],
    [maker, '["constructor","s"]'],
    [maker, '["__proto__"]'],
    [maker, '["format",{"toString":1}]'],
    [maker, '["format",["d1"],7]'],
    [maker, '{"length":1}'],
    [maker, ''],
    ['["intl","NumberFormat",["en",{}],null]', '["new"]'],
    ['["intl","NumberFormat","en",{"style":{}}]', '["new"]'],
    ['["intl","NumberFormat","en",{"style":["percent"]}]', '["new"]'],
    [`["intl","NumberFormat",${JSON.stringify(Array(11).fill('en'))}]`, '["new"]'],
    [`["intl","NumberFormat","en",{"style":"${'x'.repeat(5000)}"}]`, '["new"]'],
    ['["random"]', '["-1"]'],
    ['["random"]', '["1e9"]'],
    ['["random"]', '[]'],
    ['["url"]', '[]'],
    ['["url"]', '["http://h","__proto__"]'],
  ] as const) {
    const [value, name] = JSON.parse(replyTo(what, call)) as readonly unknown[]; // as it is defined
    assert.ok(value === null && refused.includes(String(name)), `${what} ${call}: ${replyTo(what, call)}`);
  }
});

test('what was made for a locale does not stay in memory', () => {
  assert.ok(confined(defaultHookLimits).args.includes('--expose-gc'));
  const source = `import { replyTo } from ${JSON.stringify(fileURLToPath(new URL('./outside.ts', import.meta.url)))};
    const zones = Intl.supportedValuesOf('timeZone');
    const made = (count) => { for (let at = 0; at < count; at++) replyTo(JSON.stringify(['intl', 'DateTimeFormat', 'en', { dateStyle: 'full', timeZone: zones[at % zones.length] }]), '["format","d0"]'); };
    made(1000);
    const before = process.memoryUsage.rss();
    made(10000);
    console.log((process.memoryUsage.rss() - before) / 2 ** 20);`;
  const grown = Number(
    execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', source], { encoding: 'utf8' }),
  );
  assert.ok(grown < 60, `${grown} MB`);
});
