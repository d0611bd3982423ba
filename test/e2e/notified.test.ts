/** What has happened reaches those who want to hear of it, also when the server dies before it could tell them. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startReceiver } from '../support/receiver.ts';
import { startService, untilRun } from '../support/service.ts';
import { openFolder } from '../support/site.ts';

const folder = openFolder();
after(async () => await folder[Symbol.asyncDispose]());

test('kill -9 between the end of a run and its delivery loses nothing', async () => {
  await using receiver = await startReceiver();
  receiver.status = 503;
  const dataDir = folder.path('killed');
  await using first = await startService(dataDir, {}, []);
  await first.api('POST', '/webhooks', { name: 'h', url: receiver.url });
  const run = String((await first.api('POST', '/pipelines/sample/trigger'))['id']);
  assert.equal((await untilRun(first, run, ['succeeded', 'failed']))['state'], 'succeeded');
  await first.kill();
  const before = receiver.posted.length;
  receiver.status = 200;
  await using _second = await startService(dataDir, {}, []);
  // The run of the first start may be told of as well, and before it.
  const told = (): boolean =>
    receiver.posted.slice(before).some(({ body }) => (JSON.parse(body) as { data: { run: string } }).data.run === run);
  for (let count = before + 1; !told(); count += 1) await receiver.until(count);
});
