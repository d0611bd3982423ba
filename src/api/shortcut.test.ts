import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { shortcutOf } from './shortcut.ts';

type Bytes = AsyncIterator<Uint8Array>;

/** A server that answers with whatever `work` says of a body, and a request to it. */
async function asked(work: (bytes: Bytes, incoming: IncomingMessage) => Promise<string>, length?: number) {
  const said = Promise.withResolvers<string>();
  said.promise.catch(() => undefined);
  const server = createServer((incoming, outgoing) => {
    const shortcut = shortcutOf({ incoming, outgoing });
    assert.ok(shortcut);
    work(shortcut.body()[Symbol.asyncIterator](), incoming).then(
      (answer) => {
        said.resolve(answer);
        outgoing.writeHead(200, { connection: 'close' }).end(answer);
      },
      (error: unknown) => said.reject(error),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // of a socket
  const headers = length === undefined ? {} : { 'content-length': length };
  const sending = request({ port, host: '127.0.0.1', method: 'PUT', headers }).on('error', () => undefined);
  return { sending, said: said.promise, [Symbol.asyncDispose]: async () => void server.close() };
}

const answered = async (sending: ClientRequest): Promise<string> => {
  const [reply] = (await once(sending, 'response')) as [IncomingMessage];
  return await text(reply);
};

test('a body is what was sent, however large, and whoever reads slowly is not run over', async () => {
  const data = randomBytes(5_000_000);
  const got: Uint8Array[] = [];
  let paused = false;
  await using bench = await asked(async (bytes, incoming) => {
    // Nobody asks before the socket has been let go.
    const first = await bytes.next();
    while (!incoming.isPaused()) await new Promise(setImmediate);
    paused = true;
    for (let next = first; next.done !== true; next = await bytes.next()) got.push(next.value);
    assert.deepEqual(await bytes.next(), { done: true, value: undefined });
    return String(Buffer.concat(got).equals(data));
  });
  bench.sending.end(data);
  assert.equal(await answered(bench.sending), 'true');
  assert.ok(paused);
});

test('an empty body is at its end at once', async () => {
  await using bench = await asked(async (bytes) => String((await bytes.next()).done));
  bench.sending.end();
  assert.equal(await answered(bench.sending), 'true');
});

test('a sender that goes away is an error, not an end', async () => {
  await using bench = await asked(async (bytes) => {
    for (let next = await bytes.next(); next.done !== true; next = await bytes.next()) bench.sending.destroy();
    return 'its end';
  }, 1_000_000);
  bench.sending.write(Buffer.alloc(100_000));
  await assert.rejects(bench.said);
});

test('who stops reading can still answer', async () => {
  await using bench = await asked(async (bytes) => {
    await bytes.next();
    await bytes.return?.();
    return String((await bytes.next()).done);
  });
  bench.sending.write(Buffer.alloc(1_000_000));
  assert.equal(await answered(bench.sending), 'true');
  bench.sending.destroy();
});

test('what is no request of a server has no shortcut', () => {
  for (const env of [undefined, {}, { incoming: {}, outgoing: {} }]) assert.equal(shortcutOf(env), undefined);
});
