/** Whether a process lives, and whether it can do its work: for whoever sends it requests, or starts it again. */
import { statfs } from 'node:fs/promises';
import type { Hono } from 'hono';
import type { Ports } from '../operations/operation.ts';

/** With less room runs fail and the state stops. */
const leastBytes = 64 * 1024 * 1024;

type Check = 'ok' | 'failed';

export function mountHealth(app: Hono, ports: Pick<Ports, 'db' | 'dataDir' | 'migrations'>): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) => {
    const checks = await readiness(ports);
    const ready = Object.values(checks).every((check) => check === 'ok');
    return c.json({ status: ready ? 'ready' : 'not ready', checks }, ready ? 200 : 503);
  });
}

export async function readiness({
  db,
  dataDir,
  migrations = [],
}: Pick<Ports, 'db' | 'dataDir' | 'migrations'>): Promise<Readonly<Record<'database' | 'migrations' | 'disk', Check>>> {
  const applied = await db.query<{ number: number }>('select number from headgate.migrations').catch(() => undefined);
  const numbers = new Set(applied?.map(({ number }) => number));
  const free = await statfs(dataDir).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return {
    database: applied ? 'ok' : 'failed',
    migrations: applied && migrations.every((number) => numbers.has(number)) ? 'ok' : 'failed',
    disk: free >= leastBytes ? 'ok' : 'failed',
  };
}
