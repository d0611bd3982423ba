/** Requests of hooks, to real servers: where they may go, and what ends them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fetchAsked, parseHosts, type FetchAnswer, type FetchAsked } from '../domain/hook-request.ts';
import { guardedNet, type Resolve } from '../net/net.ts';
import { hookFetchOf } from './hook-fetch.ts';

const asked: IncomingMessage[] = [];
const bodies: string[] = [];

const routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  '/plain': (_, response) => response.setHeader('set-cookie', 'a=b').setHeader('x-one', '1').end('né'),
  '/endless': (_, response) => {
    const more = (): void => void (response.write('x'.repeat(65_536)) ? setImmediate(more) : response.once('drain', more));
    more();
  },
  '/silent': () => undefined,
  '/drip': (_, response) => {
    response.write('x');
    const drip = setInterval(() => response.write('x'), 20);
    response.once('close', () => clearInterval(drip));
  },
  '/packed': (_, response) => response.setHeader('content-encoding', 'gzip').end('x'),
  '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/away': (_, response) => response.writeHead(302, { location: 'http://other.test/plain' }).end(),
  '/inside': (_, response) => response.writeHead(307, { location: 'http://inside.test/plain' }).end(),
  '/file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/see': (_, response) => response.writeHead(303, { location: '/plain' }).end(),
  '/cut': (_, response) => response.writeHead(200, { 'content-length': '100' }).write('x', () => response.destroy()),
};

const server = createServer((request, response) => {
  asked.push(request);
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    bodies.push(body);
    (routes[request.url ?? ''] ?? routes['/plain'])?.(request, response);
  });
});
let port = 0;
before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as AddressInfo).port; // of a socket
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const names: Readonly<Record<string, readonly string[]>> = {
  'good.test': ['127.0.0.1'],
  'inside.test': ['10.0.0.1'],
  'cloud.test': ['169.254.169.254'],
  'mixed.test': ['127.0.0.1', '169.254.169.254'],
};
const resolving: Resolve = async (host) => {
  const found = names[host];
  if (!found) throw new Error('ENOTFOUND');
  return await Promise.resolve(found.map((address) => ({ address, family: 4 as const })));
};

const limits = { ms: 2000, bytes: 100_000 };

interface With {
  readonly hosts?: string;
  readonly opened?: string;
  readonly resolve?: Resolve;
  readonly more?: object;
}

async function fetched(
  address: string,
  { hosts, opened = '127.0.0.0/8', resolve = resolving, more = {} }: With = {},
): Promise<FetchAnswer> {
  const rules = parseHosts(hosts ?? `good.test:${port},127.0.0.1:${port}`);
  assert.ok(rules);
  const request: FetchAsked = fetchAsked.parse({
    method: 'GET',
    url: address,
    headers: [],
    body: null,
    redirect: 'follow',
    ...more,
  });
  return await hookFetchOf(rules, guardedNet(opened, resolve))(request, limits, new AbortController().signal);
}

const at = (path: string, host = 'good.test'): string => `http://${host}:${port}${path}`;

test('an answer: status, headers without cookies, text', async () => {
  const { status, headers, body, url, redirected } = await fetched(at('/plain'));
  assert.deepEqual([status, body, url, redirected], [200, 'né', at('/plain'), false]);
  const found = new Map(headers);
  assert.deepEqual([found.get('x-one'), found.get('set-cookie')], ['1', undefined]);
});

test('what a hook sends, and what it cannot say of it', async () => {
  const headers = [
    ['Authorization', 'Bearer x'],
    ['content-type', 'application/json'],
  ];
  await fetched(at('/plain'), { more: { method: 'POST', headers, body: '{"é":1}' } });
  const { method, headers: got } = asked.at(-1) ?? {};
  assert.deepEqual(
    [method, got?.['authorization'], got?.['content-type'], got?.['content-length'], got?.['accept-encoding'], bodies.at(-1)],
    ['POST', 'Bearer x', 'application/json', '8', 'identity', '{"é":1}'],
  );
});

const where: readonly (readonly [what: string, address: () => string, given: With, code: string])[] = [
  ['a host that nobody named', () => at('/plain', 'other.test'), {}, 'connect.forbidden'],
  ['no host at all', () => at('/plain'), { hosts: '' }, 'connect.forbidden'],
  ['another port', () => 'http://good.test/plain', {}, 'connect.forbidden'],
  ['this machine, where its network is closed', () => at('/plain', '127.0.0.1'), { opened: '' }, 'connect.forbidden'],
  ['this machine, spelled otherwise', () => at('/plain', '2130706433'), { opened: '' }, 'connect.forbidden'],
  ['a named host that leads to this machine', () => at('/plain'), { opened: '' }, 'connect.forbidden'],
  [
    'where a cloud tells its secrets',
    () => 'http://169.254.169.254/latest',
    { hosts: '169.254.169.254', opened: '0.0.0.0/0' },
    'connect.forbidden',
  ],
  ['a name that leads there', () => 'http://cloud.test/', { hosts: '*.test', opened: '0.0.0.0/0' }, 'connect.forbidden'],
  ['one bad address among good ones', () => 'http://mixed.test/', { hosts: 'mixed.test' }, 'connect.forbidden'],
  ['a private network', () => 'http://inside.test/', { hosts: 'inside.test' }, 'connect.forbidden'],
  ['an address of version 6 of this machine', () => 'http://[::1]/', { hosts: '[::1]', opened: '' }, 'connect.forbidden'],
  ['one inside another', () => 'http://[::ffff:127.0.0.1]/', { hosts: '[::ffff:7f00:1]', opened: '' }, 'connect.forbidden'],
  ['a redirect to a host that nobody named', () => at('/away'), {}, 'connect.forbidden'],
  ['a redirect inside', () => at('/inside'), { hosts: '*.test' }, 'connect.forbidden'],
  ['a redirect to a file', () => at('/file'), {}, 'connect.forbidden'],
  ['redirects without end', () => at('/loop'), {}, 'connect.unreachable'],
  ['a host that is not there', () => 'http://gone.test/', { hosts: 'gone.test' }, 'connect.unreachable'],
  ['a file', () => 'file:///etc/passwd', {}, 'connect.forbidden'],
  ['data', () => 'data:text/plain,x', {}, 'connect.forbidden'],
  ['no address', () => '//', {}, 'connect.forbidden'],
  ['a user', () => `http://a:b@good.test:${port}/`, {}, 'connect.forbidden'],
  ['an answer without end', () => at('/endless'), {}, 'connect.unreachable'],
  ['no answer', () => at('/silent'), {}, 'connect.unreachable'],
  ['an answer that drips', () => at('/drip'), {}, 'connect.unreachable'],
  ['an answer that is packed', () => at('/packed'), {}, 'connect.unreachable'],
  ['an answer that is cut off', () => at('/cut'), {}, 'connect.unreachable'],
];

for (const [what, address, given, code] of where)
  test(`refused: ${what}`, async () => {
    await assert.rejects(fetched(address(), given), (error: Error & { code?: string }) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, /^fetch: /);
      return true;
    });
  });

test('a name that leads elsewhere the second time is judged the second time', async () => {
  let times = 0;
  const rebinding: Resolve = async () =>
    await Promise.resolve([{ address: (times += 1) === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 as const }]);
  await assert.rejects(fetched(at('/see'), { resolve: rebinding }), { code: 'connect.forbidden' });
  assert.equal(times, 2);
  times = 0;
  await fetched(at('/plain'), { resolve: rebinding });
  assert.equal(times, 1);
});

test('redirects: what is asked then, and who says no', async () => {
  const answer = await fetched(at('/see'), { more: { method: 'POST', headers: [['content-type', 'a/b']], body: 'x' } });
  assert.deepEqual([answer.redirected, answer.url, asked.at(-1)?.method, bodies.at(-1)], [true, at('/plain'), 'GET', '']);
  assert.equal(asked.at(-1)?.headers['content-type'], undefined);
  assert.equal((await fetched(at('/see'), { more: { redirect: 'manual' } })).status, 303);
  await assert.rejects(fetched(at('/see'), { more: { redirect: 'error' } }), { code: 'connect.forbidden' });
});

test('requests that are none', () => {
  const good = { method: 'GET', url: 'http://a/', headers: [], body: null, redirect: 'follow' };
  assert.ok(fetchAsked.safeParse(good).success);
  const named = (name: string, value = 'x'): object => ({ headers: [[name, value]] });
  for (const bad of [
    { method: 'CONNECT' },
    { method: 'GET / HTTP/1.1\r\nHost: x' },
    named('x', 'a\r\nHost: inside'),
    named('x', 'a\u0000'),
    named('x', '\u010a'),
    named('x\r\nHost', 'inside'),
    named('x y'),
    named(''),
    ...[
      'Host',
      'content-length',
      'Transfer-Encoding',
      'connection',
      'upgrade',
      'expect',
      'proxy-authorization',
      'x-forwarded-for',
    ].map((name) => named(name)),
    { headers: Array.from({ length: 65 }, () => ['a', 'b']) },
    { body: 'x'.repeat(2 ** 18 + 1) },
    { redirect: 'maybe' },
    { agent: {} },
  ])
    assert.equal(fetchAsked.safeParse({ ...good, ...bad }).success, false, JSON.stringify(bad).slice(0, 100));
});

test('lists of hosts', () => {
  assert.deepEqual(parseHosts(' API.example.com, *.Example.org:8443,[::1]:8080 , '), [
    { host: 'api.example.com', below: false, port: '' },
    { host: 'example.org', below: true, port: '8443' },
    { host: '[::1]', below: false, port: '8080' },
  ]);
  for (const bad of ['*', 'https://a', 'a/b', 'a b', 'u@h', '*.*.a', 'a:99999']) assert.equal(parseHosts(bad), undefined, bad);
});
