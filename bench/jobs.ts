/** The jobs, in the order in which they are run. */
import type { Job } from './job.ts';
import { csvDuckdb } from './jobs/csv-duckdb.ts';
import { csvPg } from './jobs/csv-pg.ts';
import { csvPgRules } from './jobs/csv-pg-rules.ts';
import { idle } from './jobs/idle.ts';
import { mariadbPg } from './jobs/mariadb-pg.ts';
import { memoryDirect, memoryDuckdb } from './jobs/memory.ts';
import { merge, mergeSmall } from './jobs/merge.ts';
import { mirror } from './jobs/mirror.ts';
import { pgDuckdb } from './jobs/pg-duckdb.ts';
import { pgPg } from './jobs/pg-pg.ts';
import { profilesDuckdb, profilesPostgres } from './jobs/profiles.ts';
import { rules } from './jobs/rules.ts';
import { startFirstRow, startVersion } from './jobs/start.ts';

export const jobs: readonly Job[] = [
  startVersion,
  startFirstRow,
  idle,
  pgPg,
  pgDuckdb,
  csvPg,
  csvPgRules,
  csvDuckdb,
  mariadbPg,
  rules,
  merge,
  mergeSmall,
  mirror,
  profilesDuckdb,
  profilesPostgres,
  memoryDirect,
  memoryDuckdb,
];
