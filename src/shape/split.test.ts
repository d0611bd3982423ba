import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Splitter } from './split.ts';

const mark = 'refused 1f6c ';

/** The document in pieces of these sizes, then all that is left. */
function split(document: string, quoted: boolean, sizes: readonly number[]): { good: string; refused: string[] } {
  const splitter = new Splitter(mark, quoted);
  const bytes = Buffer.from(document);
  const good: Buffer[] = [];
  const refused: string[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    const parted = splitter.push(bytes.subarray(at, (at += size)));
    good.push(parted.good);
    refused.push(...parted.refused);
  }
  good.push(splitter.end());
  return { good: Buffer.concat(good).toString(), refused };
}

const text = fc.array(fc.constantFrom('"', '\n', ',', 'é', 'a', 'r', 'refused', mark.trim(), '{"x":1}'), { maxLength: 5 });
const cell = text.map((parts) => parts.join(''));
const quotedCell = (value: string): string => `"${value.replaceAll('"', '""')}"`;
const rows = fc.array(fc.record({ bad: fc.boolean(), first: cell, second: cell }), { maxLength: 12 });
const sizes = fc.array(fc.nat({ max: 20 }), { maxLength: 40 });

test('refused records are cut out of csv, wherever its pieces end', () => {
  fc.assert(
    fc.property(rows, sizes, (records, pieces) => {
      const line = ({ bad, first, second }: (typeof records)[number]): string =>
        `${quotedCell(bad ? mark + first : first)},${quotedCell(second)}\n`;
      const found = split(records.map(line).join(''), true, pieces);
      assert.deepEqual(found, {
        good: records
          .filter(({ bad }) => !bad)
          .map(line)
          .join(''),
        refused: records.filter(({ bad }) => bad).map(({ first }) => first),
      });
    }),
  );
});

test('where a line is a record, what stands behind the mark is taken as it is', () => {
  assert.deepEqual(split(`{"a":"\\""}\n${mark}{"b":"\\"x"}\n{}\n`, false, [3, 9, 1, 1]), {
    good: '{"a":"\\""}\n{}\n',
    refused: ['{"b":"\\"x"}'],
  });
});
