/** A disk that fills up in the middle of a run: `disk.full` says which and where, nothing half-visible stays, and with room the same command works. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openDuck } from '../../src/staging/duck.ts';
import { failureOf, receiptOf, requireClean } from '../support/receipts.ts';
import { headgate, type RunResult } from '../support/run.ts';
import { smallDisk } from '../support/small-disk.ts';

const folder = mkdtempSync(join(tmpdir(), 'headgate-full-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const room = 2 << 20;
const value = 'Trillian';

/** Random digits, so that no format makes them small: 8 MB as csv. */
const rowCount = 40_000;
const digits = Array.from({ length: rowCount }, (_, i) => {
  const part = (n: number): string => String(Math.imul(i * 7 + n, 0x9e3779b1) >>> 0).padStart(10, '0');
  return Array.from({ length: 18 }, (__, n) => part(n * 1_000_003)).join('');
});
const big = join(folder, 'big.csv');
writeFileSync(big, `id,payload\n${digits.map((text, i) => `${i + 1},${value} ${text}\n`).join('')}`);
const packed = join(folder, 'big.csv.gz');
writeFileSync(packed, gzipSync(readFileSync(big)));
const small = join(folder, 'small.csv');
writeFileSync(small, `id,payload\n1,${value} was here before\n`);

interface Place {
  readonly name: string;
  readonly source: string;
  readonly destination: string;
  readonly options: readonly string[];
  readonly stateDir: string;
  readonly says: RegExp;
}

/** Each with `disk`, the folder that fills up, and `sound`, one that has room. */
const places: readonly ((disk: string, sound: string) => Place)[] = [
  (disk, sound) => ({
    name: 'scratch, where a packed file is opened',
    source: packed,
    destination: `duckdb:${join(sound, 'scratch.duckdb')}`,
    options: [],
    stateDir: disk,
    says: /big\.csv\.gz: no space is left/,
  }),
  (disk, sound) => ({
    name: 'the warehouse',
    source: big,
    destination: `duckdb:${join(disk, 'warehouse.duckdb')}`,
    options: [],
    stateDir: sound,
    says: /warehouse\.duckdb/,
  }),
  (disk, sound) => ({
    name: 'a csv file',
    source: big,
    destination: join(disk, 'rows.csv'),
    options: [],
    stateDir: sound,
    says: /rows\.csv/,
  }),
  (disk, sound) => ({
    name: 'a parquet file',
    source: big,
    destination: join(disk, 'rows.parquet'),
    options: [],
    stateDir: sound,
    // It is made in scratch first, where a limit on files would meet it.
    says: /rows\.parquet|scratch/,
  }),
];

suite('a full disk', { concurrency: 2 }, () => {
  for (const [index, make] of places.entries()) {
    test(make('', '').name, async () => {
      using disk = smallDisk(folder, `disk-${index}`, room);
      const sound = join(folder, `sound-${index}`);
      mkdirSync(sound);
      const place = make(disk.folder, sound);
      const into = place.destination.startsWith('duckdb:') ? ['--into', 'rows'] : [];
      const sync = (source: string): Promise<RunResult> =>
        headgate(['sync', source, place.destination, ...into, ...place.options, '--json'], {
          stateDir: place.stateDir,
          ...disk.options(),
        });
      receiptOf(await sync(small));
      const before = await content(place.destination);

      const cut = await sync(place.source);
      const failure = failureOf(cut);
      assert.deepEqual([cut.code, failure.code], [1, 'disk.full'], failure.message);
      assert.match(failure.message, place.says);
      assert.match(failure.hint, /free space/);
      requireClean(cut, [value]);
      assert.deepEqual(await content(place.destination), before, 'the old rows are there, and nothing else');
      assert.deepEqual(readdirSync(join(place.stateDir, 'scratch')), []);
      assert.deepEqual(
        readdirSync(disk.folder).filter((name) => name.startsWith('.')),
        [],
      );

      disk.grow();
      assert.equal(receiptOf(await sync(place.source)).added, rowCount);
      assert.equal((await content(place.destination)).rows, rowCount);
    });
  }
});

interface Content {
  readonly rows: number;
  readonly digest: string;
}

/** What somebody sees who reads the destination now. */
async function content(location: string): Promise<Content> {
  const env = { scratch: folder, signal: new AbortController().signal };
  const path = location.replace('duckdb:', '');
  await using duck = await openDuck(location === path ? {} : { path, readOnly: true }, env);
  const relation = location === path ? `'${path}'` : 'rows';
  const [[rows, digest] = []] = await duck.rows(
    `select count(*), md5(string_agg(md5(id::text || payload), '' order by id::bigint)) from ${relation}`,
  );
  return { rows: Number(rows), digest: digest ?? '' };
}
