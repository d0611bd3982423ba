/** What one look at a file says is what several say. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { openFolder } from '../../../test/support/site.ts';
import { personalFiles } from '../../files/folders.ts';
import { personalNet } from '../../net/net.ts';
import type { Context } from '../../sdk/index.ts';
import { openDuck } from '../../staging/duck.ts';
import { inspect } from './input/inspect.ts';
import { fileConfig } from './location.ts';
import { provenContent } from './proven.ts';
import { FileSource } from './source.ts';

const site = openFolder();
after(() => site[Symbol.asyncDispose]());
const { signal } = new AbortController();
const context: Context = {
  signal,
  scratch: site.folder,
  log: { info: () => undefined, warn: () => undefined },
  duck: async (options = {}) => await openDuck(options, { scratch: site.folder, signal }),
  net: personalNet(),
  files: personalFiles,
  failpoint: () => Promise.resolve(),
};

/** More records than a sample has, and more bytes than a beginning. */
const records = 10_300;

const heads: Readonly<Record<string, (at: number) => string>> = {
  integer: (at) => String(at - 5000),
  decimal: (at) => `${at}.${at % 10}0`,
  boolean: (at) => String(at % 2 === 0),
  date: (at) => `2024-01-${String((at % 28) + 1).padStart(2, '0')}`,
  instant: (at) => `2024-01-31 10:20:${String(at % 60).padStart(2, '0')}+00`,
  quoted: (at) => `"""${at}"", é"`,
  nothing: () => '',
};
const lates = [
  '7',
  '007',
  '1.5',
  '1.255',
  'x',
  '"x',
  "'x",
  'a"b',
  '2024-02-30',
  '2024-02-29',
  '31/01/2024',
  '\0',
  '\r',
  '"a,b\nc"',
  'ß',
  '',
];
const column = fc.record({
  head: fc.constantFrom(...Object.keys(heads)),
  late: fc.constantFrom(null, ...lates.flatMap((late) => [late, null, null])),
});

const shape = fc.record({
  columns: fc.array(column, { minLength: 1, maxLength: 5 }),
  delimiter: fc.constantFrom(',', '|', '\t'),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  /** Bytes that are no UTF-8, at the end. */
  latin: fc.constantFrom(false, false, false, false, true),
});

let files = 0;

function write({ columns, delimiter, lineEnd, latin }: typeof shape extends fc.Arbitrary<infer S> ? S : never): string {
  const lines = [['name', ...columns.map(({ head }, at) => `${head} ${at}`)].join(delimiter)];
  for (let at = 0; at < records; at++) {
    const last = at === records - 1;
    const values = columns.map(({ head, late }) => (last && late !== null ? late : heads[head]?.(at)));
    lines.push([`a text of more than twenty-five bytes ${at}`, ...values].join(delimiter));
  }
  const bytes = Buffer.from(`${lines.join(lineEnd)}${lineEnd}`);
  if (latin) bytes[bytes.length - 80] = 0xe9;
  return site.file(`proven-${(files += 1)}.csv`, bytes);
}

const configOf = (path: string) => fileConfig.parse({ path, format: 'csv' });

/** Without what differs from one source to another. */
async function said(ask: (source: FileSource) => Promise<object>, path: string): Promise<unknown> {
  return await ask(new FileSource(configOf(path), context)).catch((error: unknown) => String(error));
}

test('whatever comes late, one look says what several say', async () => {
  let proven = 0;
  await fc.assert(
    fc.asyncProperty(shape, async (one) => {
      const path = write(one);
      const quick = await said(async (source) => await source.infer({ lengths: true }), path);
      const slow = await said(async (source) => {
        const [info] = await source.discover();
        assert.ok(info);
        return await source.inferTypes(info, { lengths: true });
      }, path);
      assert.deepEqual(textLengths(quick), textLengths(slow));
      const file = { path, name: path, ...(await inspect(path, path)) };
      if (await provenContent(file, configOf(path), context, {}).catch(() => undefined)) proven++;
    }),
    // One that can be proven is among them, whatever chance brings.
    { numRuns: 14, examples: [[{ columns: [{ head: 'integer', late: null }], delimiter: ',', lineEnd: '\n', latin: false }]] },
  );
  assert.ok(proven > 0, 'one look proved nothing');
});

/** How long the texts of other types are is nobody's business. */
function textLengths(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !('longest' in answer) || !('schema' in answer)) return answer;
  const { longest, schema, ...rest } = answer as {
    longest: readonly number[];
    schema: { fields: readonly { type: { kind: string } }[] };
  }; // a stream
  return { ...rest, schema, longest: longest.filter((_, at) => schema.fields[at]?.type.kind === 'text') };
}
