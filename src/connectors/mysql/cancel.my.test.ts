/** Whoever asks for the end of a read gets it, also where the server, or the way to it, does not answer. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startMariadb } from '../../../test/support/mariadb.ts';
import { startProxy, type Proxy } from '../../../test/support/proxy.ts';
import { eventually } from '../../../test/support/tunnels.ts';
import { HeadgateError } from '../../domain/error.ts';
import { drain, isAsleep, openSource, testContext, wholeOf } from './harness.ts';

const server = await startMariadb();
after(() => server.stop());

const patience = { timeout: 10_000 };

const isCancelled = (error: unknown): boolean => error instanceof HeadgateError && error.code === 'run.cancelled';

/** Aborts a read that waits for the server, once `before` is done. Resolves when all of it has been let go of. */
async function cancelled(url: string, proxy: Proxy, before: () => void): Promise<void> {
  const abort = new AbortController();
  await using context = await testContext(abort.signal);
  await using source = await openSource(proxy.url(url), context);
  const { flows } = await wholeOf(source, { name: 'trickle' });
  const refused = assert.rejects(drain(source, flows), isCancelled);
  await eventually(async () => await isAsleep(server, url), 'the read has not begun');
  before();
  abort.abort();
  await refused;
}

async function trickle(): Promise<string> {
  const url = await server.database();
  await server.sql(url, 'create table t (id int primary key); insert into t values (1)');
  await server.sql(url, 'create view trickle as select id, sleep(600) as w from t');
  return url;
}

/** Bytes of a login and a little more: who stalls there lets a login pass, and what is sent next stays on its way. */
async function behindLogin(url: string, proxy: Proxy): Promise<number> {
  await cancelled(url, proxy, () => void proxy.arm(undefined));
  // The request has eleven bytes and the number of a connection, with five before them.
  return proxy.moved['to-server'] - 8;
}

test('a read is over when its request to cancel gets no answer', patience, async () => {
  const url = await trickle();
  await using proxy = await startProxy(server.port, 'mysql');
  const after = await behindLogin(url, proxy);
  await cancelled(url, proxy, () => void proxy.arm({ kind: 'stall', direction: 'to-server', after }));
});

test('a connection whose first question gets no answer is given up with its run', patience, async () => {
  const url = await trickle();
  await using proxy = await startProxy(server.port, 'mysql');
  const after = await behindLogin(url, proxy);
  const abort = new AbortController();
  await using context = await testContext(abort.signal);
  await using source = await openSource(proxy.url(url), context);
  const stalled = proxy.arm({ kind: 'stall', direction: 'to-server', after });
  const found = assert.rejects(source.discover([{ name: 't' }]), isCancelled);
  await stalled;
  abort.abort();
  await found;
});
