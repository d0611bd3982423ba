/** XML, and the records that it becomes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FileConfig } from '../location.ts';
import { xmlLines } from './xml-records.ts';

async function records(xml: string, settings?: FileConfig['xml']): Promise<unknown[]> {
  // In small pieces, so that tags are cut.
  const bytes = async function* (): AsyncGenerator<Buffer> {
    const all = Buffer.from(xml);
    for (let at = 0; at < all.length; at += 7) yield await Promise.resolve(all.subarray(at, at + 7));
  };
  const lines: Buffer[] = [];
  for await (const chunk of xmlLines('f.xml', bytes, settings)) lines.push(chunk);
  return Buffer.concat(lines)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

const people =
  '<?xml version="1.0"?><people><person id="1"><name>Ann &amp; Bo</name></person><person id="2"><name>Eve</name></person></people>';

const cases: readonly (readonly [what: string, xml: string, settings: FileConfig['xml'], wanted: unknown[]])[] = [
  [
    'elements that repeat',
    people,
    {},
    [
      { id: '1', name: 'Ann & Bo' },
      { id: '2', name: 'Eve' },
    ],
  ],
  ['the outermost of those', '<a><b><c x="1"/><c x="2"/></b><b><c x="3"/></b></a>', {}, [{ 'c.x': '1,2' }, { 'c.x': '3' }]],
  [
    'those that are named',
    '<a><b><c x="1"/><c x="2"/></b><b><c x="3"/></b></a>',
    { lists: ['c'] },
    [{ x: '1' }, { x: '2' }, { x: '3' }],
  ],
  ['nothing is guessed', people, { guess: false, single: false }, [{ 'person.id': '1,2', 'person.name': 'Ann & Bo,Eve' }]],
  ['one element of the root', '<p><q><name>Ann</name></q></p>', {}, [{ name: 'Ann' }]],
  ['that is none', '<p><q><name>Ann</name></q></p>', { single: false }, [{ 'q.name': 'Ann' }]],
  [
    'texts that repeat beside others are a list',
    '<p><name>Ann</name><tag>a</tag><tag>b</tag></p>',
    {},
    [{ name: 'Ann', tag: 'a,b' }],
  ],
  ['texts alone are records', '<p><v>1</v><v>2</v></p>', {}, [{ v: '1' }, { v: '2' }]],
  [
    'other names',
    people,
    { names: { name: 'Full name', id: 'key' } },
    [
      { key: '1', 'Full name': 'Ann & Bo' },
      { key: '2', 'Full name': 'Eve' },
    ],
  ],
  [
    'what lies deeper',
    '<r><o><to><city>B</city></to><n/></o><o><to><city> C\n</city></to></o></r>',
    {},
    [{ 'to.city': 'B', n: '' }, { 'to.city': 'C' }],
  ],
  ['namespaces', '<x:r xmlns:x="u"><x:o x:a="1"/><x:o xmlns="v" a="2"/></x:r>', {}, [{ a: '1' }, { a: '2' }]],
  ['text as it stands', '<r><o><![CDATA[<b>]]> &lt;1&gt;</o><o>2</o></r>', {}, [{ o: '<b> <1>' }, { o: '2' }]],
  [
    'names of the language',
    '<r><o><__proto__>1</__proto__></o><o><constructor>2</constructor></o></r>',
    {},
    [JSON.parse('{"__proto__":"1"}'), { constructor: '2' }],
  ],
];

for (const [what, xml, settings, wanted] of cases)
  test(what, async () => {
    assert.deepEqual(await records(xml, settings), wanted);
  });

const refused: readonly (readonly [what: string, xml: string, code: string])[] = [
  ['a tag that is not closed', '<a><b></a>', 'file.format'],
  ['entities of its own', '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;">]><a><b>&z;</b></a>', 'file.format'],
  ['files from outside', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 'file.format'],
  ['very deep', '<a>'.repeat(200) + '</a>'.repeat(200), 'file.limit'],
  ['very many names', `<a>${Array.from({ length: 10_001 }, (_, at) => `<n${at}/>`).join('')}</a>`, 'file.limit'],
];

for (const [what, xml, code] of refused)
  test(`refused: ${what}`, async () => {
    await assert.rejects(records(xml), { code });
  });
