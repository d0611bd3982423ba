import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evenLines } from './csv.ts';
import { Survey, type SurveyOptions } from './survey.ts';

const marks = { delimiter: ',', quote: '"', escape: '"' };

function survey(text: string, size: number, options: SurveyOptions = {}): Survey {
  const found = new Survey(marks, options);
  for (const piece of pieces(text, size)) found.push(piece);
  found.end();
  return found;
}

function* pieces(text: string, size: number): Generator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size));
}

test('records, line ends and quotes, wherever the chunks are cut', () => {
  const text = 'a,b\r\n1,"x\r\ny"\n\n2,"q""q"\r3,5" disk\n4, "z"\n5,"z" \n6,"z"z\n7';
  for (let size = 1; size <= text.length; size++) {
    const found = survey(text, size);
    assert.deepEqual(
      [found.records, found.width, found.agreeing, found.ends, found.stray, found.malformed, found.blanks, found.open],
      [8, 2, 7, { lf: 6, crlf: 1, cr: 1 }, 3, 1, 1, false],
    );
  }
  assert.equal(survey('a,b\n1,"x', 3).open, true);
  assert.equal(survey('a,b\n1,\0x', 3).zeros, 1);
});

test('a skim sees what a whole look sees', () => {
  const piece = fc.constantFrom('a', ' ', ',', '"', '\n', '\n\n', '\r\n', '\r', '""', '"b"', ',"c,d"', '\0');
  const check = (parts: readonly string[], size: number): void => {
    const text = `h,i\n${parts.join('')}`;
    const [whole, skimmed] = [survey(text, size), survey(text, size, { counts: false })];
    const facts = ({ ends, stray, malformed, zeros, open, blanks }: Survey) => [
      Object.values(ends).map((count) => count > 0),
      stray > 0 || malformed > 0,
      zeros,
      open,
      blanks > 0 || ends.cr > 0,
    ];
    assert.deepEqual(facts(skimmed), facts(whole), JSON.stringify(text));
  };
  fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), check), {
    numRuns: 3000,
    // A line that ends in the next chunk, which is looked at byte by byte: it is not blank.
    examples: [[['a', ',', '\n', '\0'], 2]],
  });
});

test('mixed line ends become line feeds, those in quotes stay', async () => {
  const text = 'a,b\r\n1,"x\r\ny"\r2,"p\rq"\n3,z\r\n';
  for (let size = 1; size <= text.length; size++) {
    const even = await Array.fromAsync(evenLines(asyncPieces(text, size), marks));
    assert.equal(Buffer.concat(even).toString(), 'a,b\n1,"x\r\ny"\n2,"p\rq"\n3,z\n');
  }
});

async function* asyncPieces(text: string, size: number): AsyncGenerator<Buffer> {
  yield* pieces(text, size);
}
