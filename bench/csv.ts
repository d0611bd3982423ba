/** What the jobs that start from a csv file share. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { psql, type Bench } from './job.ts';

const run = promisify(execFile);

/** Writes the table `items` of the database `source` into a csv file with a header. */
export async function unload({ server }: Bench, file: string): Promise<void> {
  const line = psql('source', `\\copy items to '${file}' (format csv, header)`);
  await run('bash', ['-c', line], { env: { ...process.env, ...server.environment } });
}

/** The location of such a file with everything said, so that nothing about it has to be found out. */
export const settled = (file: string): string => `file:${file}?encoding=utf-8&header=true&delimiter=%2C&infer=false`;
