import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { personalNet, type Resolve } from '../../../net/net.ts';
import { fetched } from './fetch.ts';

async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
}

const { signal } = new AbortController();

async function text(address: string, resolve?: Resolve): Promise<string> {
  return Buffer.concat(await Array.fromAsync(fetched(address, personalNet(resolve), signal))).toString();
}

test('a typed host may be anywhere, and may redirect within itself', async (t) => {
  const host = await serve(t, ({ url, headers }, answer) => {
    if (url === '/old') answer.writeHead(302, { location: '/new?x=1' }).end();
    else if (url === '/new?x=1') answer.end(`a,b\n1,${headers.authorization ?? 'nobody'}\n`);
    else answer.writeHead(404).end();
  });
  assert.equal(await text(`http://${host}/old`), 'a,b\n1,nobody\n');
  assert.equal(await text(`http://u:p@${host}/old`), `a,b\n1,Basic ${Buffer.from('u:p').toString('base64')}\n`);
  await assert.rejects(text(`http://${host}/none?secret=s3cret`), (error: Error & { code?: string }) => {
    assert.doesNotMatch(error.message, /s3cret/);
    return error.code === 'file.missing';
  });
  await assert.rejects(text('http://127.0.0.1:1/'), { code: 'connect.unreachable' });
});

test('a redirect to another host goes to the public internet over http, or nowhere', async (t) => {
  let to = '';
  const host = await serve(t, (_request, answer) => void answer.writeHead(302, { location: to }).end());
  for (to of [
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://10.0.0.1/',
    'http://[::ffff:127.0.0.1]/',
    'file:///etc/passwd',
    'ftp://example.com/',
  ]) {
    await assert.rejects(text(`http://${host}/`), { code: to.startsWith('http') ? 'connect.forbidden' : 'access.denied' }, to);
  }
  to = `http://${host}/again`;
  await assert.rejects(text(`http://${host}/`), { code: 'file.missing', message: /redirects more than/ });
});

test('a name is asked for once: an answer that flips cannot move the connection', async (t) => {
  const inside = await serve(t, (_request, answer) => void answer.end('inside'));
  const port = inside.split(':')[1] ?? '';
  const host = await serve(
    t,
    (_request, answer) => void answer.writeHead(302, { location: `http://rebind.test:${port}/` }).end(),
  );
  const asked: string[] = [];
  const flips =
    (first: string): Resolve =>
    (name) => {
      asked.push(name);
      return Promise.resolve([{ address: asked.length === 1 ? first : '127.0.0.1', family: 4 }]);
    };
  await assert.rejects(text(`http://${host}/`, flips('192.0.2.1')), { code: 'connect.forbidden' });
  assert.deepEqual(asked, ['rebind.test']);
  asked.length = 0;
  // And what was answered first is what is connected to: a second answer is never asked for.
  const once: Resolve = (name) => (asked.length > 0 ? Promise.reject(new Error('asked twice')) : flips('127.0.0.1')(name));
  assert.equal(await text(`http://typed.test:${port}/`, once), 'inside');
  assert.deepEqual(asked, ['typed.test']);
});

test('a body that breaks off is an error', async (t) => {
  const host = await serve(t, (_request, answer) => {
    answer.writeHead(200, { 'content-length': '100' });
    answer.write('a,b\n1,2\n', () => answer.destroy());
  });
  await assert.rejects(text(`http://${host}/`), { code: 'connect.lost' });
});
