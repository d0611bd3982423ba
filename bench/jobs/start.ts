import { readFile, writeFile } from 'node:fs/promises';
import { postgresDigest } from '../compare.ts';
import { createSource, pipe, syncTable, type Job } from '../job.ts';
import { tableTarget } from '../targets.ts';

const manifest = new URL('../../package.json', import.meta.url);

/** The shortest thing that the command can do, against a Node that does nothing. */
export const startVersion: Job = {
  name: 'start',
  title: 'headgate --version, against node -e 0',
  rows: 0,
  shape: 'narrow',
  // At most 2.5 times as long.
  floor: { ratio: 0.4 },
  async prepare({ folder, program }) {
    const stdout = `${folder}/version`;
    const { version }: { version: string } = JSON.parse(await readFile(manifest, 'utf8'));
    return {
      moved: 0,
      durability: 'nothing is written',
      limit: { argv: [process.execPath, '-e', '0'], stdout },
      ours: { argv: [process.execPath, program, '--version'], stdout },
      expected: version,
      reset: () => writeFile(stdout, 'nothing yet'),
      async digest(side) {
        const text = await readFile(stdout, 'utf8');
        if (side === 'limit') return text === '' ? version : 'Node said something';
        return text.includes(version) ? version : text;
      },
      corrupt: () => writeFile(stdout, 'another version'),
    };
  },
};

/** From the start of the process to the first row that others can read: a sync of so few rows that its end is that moment. */
export const startFirstRow: Job = {
  name: 'start',
  title: 'first row landed, PostgreSQL → PostgreSQL',
  rows: 100,
  shape: 'narrow',
  floor: { seconds: 0.8 },
  async prepare(bench) {
    const source = await createSource(bench);
    return {
      ...(await tableTarget(bench, (side) => side !== 'ours')),
      moved: bench.rows,
      durability: 'logged table, no index',
      limit: pipe('binary'),
      ours: syncTable(bench, bench.server.location('target')),
      expected: await postgresDigest(bench.server, source, 'items', bench.shape),
    };
  },
};
