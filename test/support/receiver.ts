/** Who gets what we send: an HTTP server for webhooks, a real SMTP server for mails. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

export interface Posted {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly posted: readonly Posted[];
  /** What it answers from now on. */
  status: number;
  /** Looks until there were so many requests. */
  until(count: number): Promise<void>;
}

export async function startReceiver(headers: Readonly<Record<string, string>> = {}): Promise<Receiver> {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      posted.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(receiver.status, headers).end('whatever it says');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, // a listening TCP server
    posted,
    status: 200,
    until: async (count) => await untilLength(posted, count),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

export interface Mailbox extends AsyncDisposable {
  readonly url: string;
  readonly mails: readonly { readonly to: readonly string[]; readonly text: string }[];
  until(count: number): Promise<void>;
}

/** Takes mails from `user` with the password `secret`, and from nobody else. */
export async function startMailbox(): Promise<Mailbox> {
  const mails: { to: readonly string[]; text: string }[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'user' && password === 'secret' ? done(null, { user: username }) : done(new Error('wrong password')),
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        mails.push({ to: envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(parts).toString() });
        done();
      });
    },
  });
  const listening = once(server.server, 'listening');
  server.listen(0, '127.0.0.1');
  await listening;
  const { port } = server.server.address() as AddressInfo; // a listening TCP server
  return {
    url: `smtp://user:secret@127.0.0.1:${port}`,
    mails,
    until: async (count) => await untilLength(mails, count),
    [Symbol.asyncDispose]: async () => await new Promise((done) => server.close(() => done())),
  };
}

async function untilLength(list: readonly unknown[], count: number): Promise<void> {
  while (list.length < count) await wait(10);
}
