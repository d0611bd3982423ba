import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { shortened } from './long-delimiter.ts';

const mark = 0x1f;

async function cut(
  text: string,
  marks: { delimiter: string; quote?: string; escape?: string },
  sizes: readonly number[],
): Promise<string> {
  const { delimiter, quote = '"', escape = quote } = marks;
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let [at, turn] = [0, 0]; at < bytes.length; turn++) {
      const end = at + (sizes[turn % sizes.length] ?? 1);
      yield await Promise.resolve(bytes.subarray(at, end));
      at = end;
    }
  }
  const found: Buffer[] = [];
  for await (const piece of shortened(pieces(), { delimiter, quote, escape }, mark)) found.push(Buffer.from(piece));
  return Buffer.concat(found).toString();
}

const cases: readonly (readonly [string, string, string, { readonly quote?: string; readonly escape?: string }?])[] = [
  ['||', 'a||b\r\n1||2\r\n', 'a_b\r\n1_2\r\n'],
  ['||', 'a|||b||||c', 'a_|b__c'],
  ['::', '"a::b"::"c""::d"::e"::f\n"x\n::"::y', '"a::b"_"c""::d"_e"_f\n"x\n::"_y'],
  ['§', '\ufeff"a§b"§c\r"§"§§', '\ufeff"a§b"_c\r"§"__'],
  ['¦', 'a¦b', 'a_b'],
  ['||', "'a||b'||c", "'a||b'_c", { quote: "'" }],
  ['||', '"a||b"||c', '"a_b"_c', { quote: '' }],
  ['||', String.raw`"a\"||b"||c\||d`, String.raw`"a\"||b"_c\_d`, { escape: '\\' }],
  ['||', '"a" b||c', '"a" b_c'],
  ['||', 'a||', 'a_'],
  ['||', 'a|', 'a|'],
];

for (const [delimiter, text, wanted, marks] of cases)
  test(`${delimiter} in ${JSON.stringify(text)}`, async () => {
    for (const sizes of [[1], [2], [3], [1000]])
      assert.equal(await cut(text, { delimiter, ...marks }, sizes), wanted.replaceAll('_', '\x1f'), sizes.join());
  });

test('any values, in any pieces', async () => {
  const value = fc.string({ unit: fc.constantFrom('a', '|', ':', '"', '\n', '\r', '¦', '§', '€', ' '), maxLength: 6 });
  const table = fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { maxLength: 5 });
  const delimiters = fc.constantFrom('||', '::', '¦', '§', '|:|', '€€');
  const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(table, delimiters, sizes, fc.constantFrom('\n', '\r\n'), async (rows, delimiter, pieces, end) => {
      const isPlain = (text: string): boolean => ![...delimiter, '"', '\n', '\r'].some((one) => text.includes(one));
      const cell = (text: string): string => (isPlain(text) ? text : `"${text.replaceAll('"', '""')}"`);
      const written = (between: string): string => rows.map((row) => row.map(cell).join(between) + end).join('');
      assert.equal(await cut(written(delimiter), { delimiter }, pieces), written('\x1f'));
    }),
  );
});
