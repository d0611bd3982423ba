/** `npm run bench -- --job pg-pg [--rows N] [--rounds N] [--shape narrow|wide] [--quick]`: ours against the limit of the machine, in one run. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aptInstall } from '../test/support/apt.ts';
import { shapes } from './data.ts';
import { headgate, type Job } from './job.ts';
import { csvDuckdb } from './jobs/csv-duckdb.ts';
import { csvPg } from './jobs/csv-pg.ts';
import { csvPgRules } from './jobs/csv-pg-rules.ts';
import { idle } from './jobs/idle.ts';
import { merge } from './jobs/merge.ts';
import { mirror } from './jobs/mirror.ts';
import { pgDuckdb } from './jobs/pg-duckdb.ts';
import { pgPg, pgPgText } from './jobs/pg-pg.ts';
import { rules } from './jobs/rules.ts';
import { measure } from './measure.ts';
import { report, verdicts } from './report.ts';
import { spread } from './rounds.ts';
import { durability, startServer, type BenchServer } from './server.ts';
import { runSuite, type SuiteResult } from './suite.ts';

const jobs: readonly Job[] = [pgPg, pgPgText, pgDuckdb, csvPg, csvPgRules, csvDuckdb, rules, merge, mirror, idle];

const quickRows = 100_000;

const { values } = parseArgs({
  options: {
    job: { type: 'string', multiple: true, default: jobs.map(({ name }) => name) },
    rows: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    shape: { type: 'string' },
    /** One round of every job with few rows: do they run, and where about are they? No floors. */
    quick: { type: 'boolean', default: false },
  },
});

function count(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`${JSON.stringify(text)} is not a whole number above zero`);
}

function findJob(name: string): Job {
  const job = jobs.find((candidate) => candidate.name === name);
  if (job) return job;
  throw new Error(`there is no job ${JSON.stringify(name)}; there is ${jobs.map((known) => known.name).join(', ')}`);
}

function findShape(name: string): (typeof shapes)['narrow'] {
  if (name === 'narrow' || name === 'wide') return shapes[name];
  throw new Error(`there is no shape ${JSON.stringify(name)}; there is narrow, wide`);
}

/** psql is every limit: it comes with the machine, or from its package manager. */
function requirePsql(): string {
  const version = (): string => spawnSync('psql', ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  if (version()) return version();
  const obstacle = aptInstall('postgresql-client');
  if (version()) return version();
  throw new Error(`the limit is psql, which is not here and could not be installed: ${obstacle ?? 'the package has none'}`);
}

/** What one run pays before it does anything, seconds. */
async function startUp(folder: string, server: BenchServer): Promise<{ command: number; node: number }> {
  const commands: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < 5; i++) {
    commands.push((await measure(headgate({ folder }, 'version'), server)).wall);
    bare.push((await measure({ argv: [process.execPath, '-e', '0'] }, server)).wall);
  }
  return { command: spread(commands).median, node: spread(bare).median };
}

async function runJob(job: Job): Promise<SuiteResult> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-bench-'));
  try {
    await using server = await startServer();
    const usual = values.quick ? Math.min(job.rows, quickRows) : job.rows;
    const rows = values.rows === undefined ? usual : count(values.rows);
    const bench = { server, folder, rows, shape: findShape(values.shape ?? job.shape) };
    const start = await startUp(folder, server);
    console.log(
      `PostgreSQL ${server.version} (${durability}), Node ${process.versions.node}; start-up: headgate version ${start.command.toFixed(2)} s, node alone ${start.node.toFixed(2)} s`,
    );
    return await runSuite(job, bench, values.quick ? 1 : count(values.rounds), (text) => console.error(text));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const chosen = values.job.map(findJob);
console.log(`${requirePsql()}; ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB`);
for (const job of chosen) {
  const result = await runJob(job);
  console.log(report(result));
  if (!values.quick && !verdicts(result).every(({ met }) => met)) process.exitCode = 1;
}
