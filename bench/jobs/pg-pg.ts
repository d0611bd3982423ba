import { postgresDigest } from '../compare.ts';
import { createSource, pipe, syncTable, type Job } from '../job.ts';
import { apitap, dlt, pgcopydb, slingTable } from '../peers.ts';
import { dltSchema, tableTarget } from '../targets.ts';

/** A whole table between two databases of one server, against pipes of two psql: in binary, and in the text of most scripts. */
export const pgPg: Job = {
  name: 'pg-pg',
  title: 'PostgreSQL → PostgreSQL, replace',
  rows: 1_000_000,
  shape: 'narrow',
  floor: { ratio: 0.85, against: { 'limit text': 1.15 }, cpu: 1, peak: 128 },
  async prepare(bench) {
    const { server, folder, shape, rows } = bench;
    const source = await createSource(bench);
    const target = server.url('target');
    return {
      ...(await tableTarget(bench, (side) => side !== 'ours')),
      moved: rows,
      durability: 'logged table, no index',
      limit: pipe('binary'),
      otherLimits: { 'limit text': pipe('text') },
      ours: syncTable(bench, server.location('target')),
      peers: {
        sling: slingTable(source, target),
        dlt: dlt('postgres', source, target, dltSchema, folder),
        pgcopydb: pgcopydb(source, target, folder),
        apitap: apitap(source, target),
      },
      expected: await postgresDigest(server, source, 'items', shape),
    };
  },
};
