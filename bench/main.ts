/** `npm run bench -- --job pg-pg [--rows N] [--rounds N] [--shape narrow|wide] [--quick] [--list]`: ours against the limit of the machine, in one run. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aptInstall } from '../test/support/apt.ts';
import { shapes } from './data.ts';
import type { Job } from './job.ts';
import { jobs } from './jobs.ts';
import { publishedProgram } from '../test/support/program.ts';
import { listJobs, report, verdicts } from './report.ts';
import { durability, startServer } from './server.ts';
import { runSuite, type SuiteResult } from './suite.ts';

const quickRows = 100_000;

const { values } = parseArgs({
  options: {
    job: { type: 'string', multiple: true, default: jobs.filter(({ onlyByName }) => !onlyByName).map(({ name }) => name) },
    rows: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    shape: { type: 'string' },
    /** One round of every job with few rows: do they run, and where about are they? No floors. */
    quick: { type: 'boolean', default: false },
    /** Only says which jobs there are. */
    list: { type: 'boolean', default: false },
  },
});

function count(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`${JSON.stringify(text)} is not a whole number above zero`);
}

function requireJob(name: string): void {
  if (jobs.some((job) => job.name === name)) return;
  const names = [...new Set(jobs.map((job) => job.name))];
  throw new Error(`there is no job ${JSON.stringify(name)}; there is ${names.join(', ')}`);
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

async function runJob(job: Job): Promise<SuiteResult> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-bench-'));
  try {
    await using server = await startServer();
    await using stack = new AsyncDisposableStack();
    const usual = values.quick ? Math.min(job.rows, quickRows) : job.rows;
    const rows = values.rows === undefined ? usual : count(values.rows);
    const program = await publishedProgram(join(folder, 'program'));
    const bench = { server, program, folder, stack, rows, shape: findShape(values.shape ?? job.shape) };
    console.log(`PostgreSQL ${server.version} (${durability}), Node ${process.versions.node}`);
    const rounds = values.quick ? 1 : (job.rounds ?? count(values.rounds));
    return await runSuite(job, bench, rounds, (text) => console.error(text));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runAll(): Promise<void> {
  values.job.forEach(requireJob);
  console.log(`${requirePsql()}; ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB`);
  for (const job of jobs.filter(({ name }) => values.job.includes(name))) {
    const result = await runJob(job);
    console.log(report(result, !values.quick));
    if (!values.quick && !verdicts(result).every(({ met }) => met)) process.exitCode = 1;
  }
}

if (values.list) console.log(listJobs(jobs));
else await runAll();
