import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testContext } from '../../test/support/duckdb.ts';
import { HeadgateError } from '../domain/error.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import { pour } from './pour.ts';

const copy = (rows: number, path: string): string =>
  `copy (select i, repeat('x', 100) from range(${rows}) r(i)) to ${quoteText(path)} (format csv, header false)`;

for (const forwards of [true, false]) {
  test(`all bytes are taken, ${forwards ? 'while they are written' : 'once they are written'}`, async (t) => {
    const context = await testContext(t);
    await using duck = await context.duck();
    const path = join(context.scratch, 'poured');
    let lines = 0;
    const take = async (data: Buffer): Promise<void> => {
      for (const byte of data) if (byte === 10) lines += 1;
    };
    const rows = await pour({ path, forwards, write: async (to) => await duck.run(copy(20_000, to)), take });
    assert.deepEqual([rows, lines, existsSync(path)], [20_000, 20_000, false]);
    const none = await pour({ path, forwards, write: async (to) => await duck.run(copy(0, to)), take });
    assert.deepEqual([none, lines], [0, 20_000]);
  });

  test(`whoever fails first is told, and nobody waits for the other (${forwards ? 'pipe' : 'file'})`, async (t) => {
    const context = await testContext(t);
    await using duck = await context.duck();
    const path = join(context.scratch, 'poured');
    const full = new HeadgateError('disk.full', 'taking rows');
    const write = async (to: string): Promise<number> => await duck.run(copy(20_000, to));
    await assert.rejects(pour({ path, forwards, write, take: () => Promise.reject(full) }), full);
    const broken = async (to: string): Promise<number> =>
      await duck.run(
        `copy (select case when i > 15000 then error('no') else 'x' end from range(20000) r(i)) to ${quoteText(to)}`,
      );
    await assert.rejects(pour({ path, forwards, write: broken, take: () => Promise.resolve() }), HeadgateError);
    assert.deepEqual([existsSync(path), (await duck.rows('select 1'))[0]?.[0]], [false, '1']);
  });
}
