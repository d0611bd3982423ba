import { postgresDigest } from '../compare.ts';
import { insertRows } from '../data.ts';
import { createSource, syncTable, type Job } from '../job.ts';
import { copiedTarget } from '../targets.ts';

/** A table of which one row in a hundred differs, against our own replace of the whole table. */
export const mirror: Job = {
  name: 'mirror',
  title: 'PostgreSQL → PostgreSQL, mirror with 1 % changed',
  rows: 3_000_000,
  shape: 'narrow',
  floor: { ratio: 0.5 },
  async prepare(bench) {
    const { server, shape, rows } = bench;
    const same = rows - Math.floor(rows / 100);
    const parts = [insertRows('items', shape, 0, same - 1), insertRows('items', shape, same, rows - 1, 1)];
    const source = await createSource(bench, parts.join('; '));
    const key = ['--key', shape.key.join(',')];
    return {
      ...(await copiedTarget(bench, insertRows('items', shape, 0, rows - 1))),
      moved: rows,
      durability: `logged table of ${rows} rows, primary key`,
      limit: syncTable(bench, server.location('target'), '--mode', 'replace', ...key),
      ours: syncTable(bench, server.location('target'), '--mode', 'mirror', ...key),
      expected: await postgresDigest(server, source, 'items', shape),
    };
  },
};
