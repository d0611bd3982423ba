/** A server that asks for a file of the client's (reliability S10): nothing is sent, and the connection is dropped. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { HeadgateError } from '../../domain/error.ts';
import { testContext } from './harness.ts';
import { mysql } from './index.ts';
import { personalNet } from '../../net/net.ts';
import { Session } from './session.ts';

const packet = (sequence: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUIntLE(payload.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, payload]);
};

/** Version 10 handshake: says that it can do everything but TLS. */
const greeting = Buffer.concat([
  Buffer.of(10),
  Buffer.from('8.0.0-rogue\0'),
  Buffer.from([1, 0, 0, 0]),
  Buffer.from('12345678\0'),
  Buffer.from([0xff, 0xf7, 45, 2, 0, 0x0f, 0x00, 21]),
  Buffer.alloc(10),
  Buffer.from('123456789012\0'),
  Buffer.from('mysql_native_password\0'),
]);
const ok = Buffer.of(0, 0, 0, 2, 0, 0, 0);
const askForFile = Buffer.concat([Buffer.of(0xfb), Buffer.from('/etc/passwd')]);

interface Rogue {
  readonly server: Server;
  readonly port: number;
  /** What arrived after the request for the file. */
  readonly answers: Buffer[];
}

/** Behaves until a statement matches, then asks for the file. */
async function startRogue(trigger: RegExp): Promise<Rogue> {
  const answers: Buffer[] = [];
  const serve = (socket: Socket): void => {
    let state: 'login' | 'ready' | 'asked' = 'login';
    socket.on('error', () => undefined);
    socket.write(packet(0, greeting));
    socket.on('data', (data: Buffer) => {
      if (state === 'asked') return void answers.push(data);
      if (state === 'login') {
        state = 'ready';
        return void socket.write(packet(2, ok));
      }
      if (!trigger.test(data.toString('latin1'))) return void socket.write(packet(1, ok));
      state = 'asked';
      socket.write(packet(1, askForFile));
    });
  };
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { server, port: address.port, answers };
}

const servers: Server[] = [];
after(() => servers.forEach((server) => server.close()));

const config = (port: number) =>
  ({
    host: '127.0.0.1',
    port,
    database: 'd',
    user: 'u',
    password: 'p',
    sslmode: 'disable',
    connect_timeout: 5,
    statement_timeout: '0',
  }) as const;

/** The driver answers a request that it does not serve with an empty packet: four bytes of header and nothing. */
const sent = (answers: readonly Buffer[]): number => answers.reduce((sum, data) => sum + Math.max(0, data.length - 4), 0);

test('a server that asks for a file instead of answering gets none', async () => {
  const rogue = await startRogue(/select version/);
  servers.push(rogue.server);
  await using context = await testContext();
  await using source = await mysql.locate(`mysql://u:p@127.0.0.1:${rogue.port}/d?sslmode=disable`, {}).source?.open(context);
  await assert.rejects(async () => source?.discover(), HeadgateError);
  assert.equal(sent(rogue.answers), 0);
});

test('a server that asks for another file than the offered rows gets none, and the connection is dropped', async () => {
  const rogue = await startRogue(/load data/);
  servers.push(rogue.server);
  const signal = new AbortController().signal;
  const session = await Session.open(config(rogue.port), { signal, net: personalNet(), readOnly: false, loads: true });
  const { Readable } = await import('node:stream');
  const loading = session.load('load data local infile', 'headgate-rows', Readable.from(['secret']), 'loading t');
  await assert.rejects(loading, HeadgateError);
  assert.equal(rogue.answers.length, 0);
  assert.equal(session.alive, false);
  await session[Symbol.asyncDispose]();
});
