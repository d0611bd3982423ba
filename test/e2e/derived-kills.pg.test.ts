/** SIGKILL around the publish that also derives profiles: the same command again, and everything is there once. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { derivationSite, destinations, type DerivationSite } from '../support/derivation.ts';
import { startPostgres } from '../support/postgres.ts';
import { receiptOf } from '../support/receipts.ts';
import { headgate, type RunResult } from '../support/run.ts';

const server = await startPostgres();
after(() => server.stop());

const points = [
  'engine.staged',
  'PLACE.publish.begun',
  'PLACE.publish.written',
  'PLACE.publish.before-commit',
  'PLACE.publish.committed',
];

async function sync(site: DerivationSite, into: 'events' | 'profiles', failpoint?: string): Promise<RunResult> {
  const file = join(site.stateDir, 'derive.json');
  await writeFile(file, JSON.stringify({ into, identities: [{ field: 'email', type: 'email' }] }));
  const flow = ['sync', site.source, site.destination, '--stream', 'people', '--mode', 'append', '--derive', file, '--json'];
  return await headgate(flow, {
    stateDir: site.stateDir,
    ...(failpoint !== undefined && { env: { HEADGATE_FAILPOINT: failpoint } }),
  });
}

for (const destination of destinations) {
  test(`${destination}: a killed publish leaves profiles and events as they were, and the next attempt makes them once`, async () => {
    await using site = await derivationSite(server, destination);
    await site.change(`create table people (n int, email text, plan text);
      insert into people select i, 'u' || i % 40 || '@x', 'p' || i from generate_series(1, 100) i`);
    for (const [round, point] of points.entries()) {
      const name = point.replace('PLACE', destination);
      const into = round % 2 === 0 ? 'profiles' : 'events';
      const killed = await sync(site, into, name);
      assert.equal(killed.killed, 'SIGKILL', `${name} was not reached: ${killed.stderr}`);
      const receipt = receiptOf(await sync(site, into));
      assert.equal(receipt.attempt, 2);
      const [counts] = await site.ask(`select (select count(*) from people), (select count(*) from headgate.profiles),
        (select count(*) from headgate.identities), (select count(distinct profile) from headgate.identities), (select count(*) from headgate.events)`);
      // Each event run adds 100 of its own: a full read repeats its events.
      const events = 100 * Math.floor((round + 1) / 2);
      assert.deepEqual(counts?.map(Number), [100 * (round + 1), 40, 40, 40, events], name);
    }
  });
}
