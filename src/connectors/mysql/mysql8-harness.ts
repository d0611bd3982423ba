/**
 * What a MySQL 8.4 server says, written down from the public description of its protocol and played by a small TCP server. It
 * is a transcript and no MySQL: it shows that we read and write these bytes, not that a server of Oracle's would agree.
 */
import { constants, createHash, generateKeyPairSync, privateDecrypt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

export const password = 'pässword';
const scramble = Buffer.from('0102030405060708090a0b0c0d0e0f1011121314', 'hex');

const hex = (...parts: readonly string[]): Buffer => Buffer.from(parts.join('').replaceAll(/\s/g, ''), 'hex');

/** Protocol::HandshakeV10 of 8.4.3; all capabilities that it knows, with or without TLS (0x0800). */
const greeting = (tls: boolean): Buffer =>
  hex(
    '0a 38 2e 34 2e 33 00', // protocol 10, "8.4.3"
    '2a 00 00 00', // connection 42
    '01 02 03 04 05 06 07 08 00', // first part of the challenge
    tls ? 'ff ff' : 'ff f7', // capabilities, lower half
    'ff 02 00', // utf8mb4_0900_ai_ci, autocommit
    'ff df', // upper half: DEPRECATE_EOF, QUERY_ATTRIBUTES and MULTI_FACTOR_AUTHENTICATION among them
    '15 00 00 00 00 00 00 00 00 00 00', // 21 bytes of challenge, reserved
    '09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 00', // second part of the challenge
    '63 61 63 68 69 6e 67 5f 73 68 61 32 5f 70 61 73 73 77 6f 72 64 00', // "caching_sha2_password"
  );
const fastAuthSuccess = hex('01 03');
const fullAuthentication = hex('01 04');
const askForKey = hex('02');
const ok = hex('00 00 00 02 00 00 00');
const endOfRows = hex('fe 00 00 02 00');
const denied = hex('ff 15 04 23 32 38 30 30 30', Buffer.from('Access denied').toString('hex'));

/** CLIENT_ flags of the first four bytes of a login. */
export const flags = { ssl: 0x800, localFiles: 0x80, deprecateEof: 0x01000000, queryAttributes: 0x08000000 } as const;

const sha = (name: string, ...parts: readonly Buffer[]): Buffer => {
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, at) => byte ^ (b[at % b.length] ?? 0)));

const secret = Buffer.from(password);
/** What each plugin makes of the password and the challenge. */
const tokens: Readonly<Record<string, Buffer>> = {
  caching_sha2_password: xor(sha('sha256', secret), sha('sha256', sha('sha256', sha('sha256', secret)), scramble)),
  mysql_native_password: xor(sha('sha1', secret), sha('sha1', scramble, sha('sha1', sha('sha1', secret)))),
};

/** How the server wants to be convinced. */
export type Login = 'fast' | 'full' | 'native' | 'clear';

/** Column → value of one row of a catalog table or of a stream, by its name there, in upper case as MySQL 8 has it. */
export type TranscriptRow = Readonly<Record<string, string | null>>;

export interface Script {
  readonly login: Login;
  /** PEM texts; absent = the server has no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Pattern of a statement → the rows behind it. Statements that no pattern matches are answered with OK. */
  readonly answers?: readonly (readonly [RegExp, readonly TranscriptRow[]])[];
}

/** What one connection was seen to do. */
export interface Seen {
  flags: number;
  user: string;
  encrypted: boolean;
  loggedIn: boolean;
  readonly statements: string[];
  /** All that the client said without TLS. */
  said: string;
}

export interface Played extends AsyncDisposable {
  readonly port: number;
  readonly connections: readonly Seen[];
}

/** One connection's packets, in order, whatever lies below. */
class Wire {
  readonly #socket: Socket;
  #buffer = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #ended = false;
  #sequence = 0;

  constructor(socket: Socket, sequence = 0) {
    this.#sequence = sequence;
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, bytes]);
      this.#wake();
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** The same conversation over TLS. What has come of it already goes back to the socket. */
  encrypt(tls: { readonly cert: string; readonly key: string }): Wire {
    this.#socket.removeAllListeners('data').pause();
    this.#socket.unshift(this.#buffer);
    const secure = new TLSSocket(this.#socket, { isServer: true, secureContext: createSecureContext(tls) });
    secure.on('error', () => this.#socket.destroy());
    return new Wire(secure, this.#sequence);
  }

  /** The client begins another command. */
  restart(): void {
    this.#sequence = 0;
  }

  say(...payloads: readonly Buffer[]): void {
    const packets = payloads.map((payload) => {
      const head = Buffer.alloc(4);
      head.writeUIntLE(payload.length, 0, 3);
      head[3] = this.#sequence++ & 0xff;
      return Buffer.concat([head, payload]);
    });
    this.#socket.write(Buffer.concat(packets));
  }

  /** The client's next packet; undefined at the end. A number out of order ends the connection, as it would at a server. */
  async hear(): Promise<Buffer | undefined> {
    for (;;) {
      const length = this.#buffer.length < 4 ? Infinity : this.#buffer.readUIntLE(0, 3);
      if (this.#buffer.length >= 4 + length) {
        const payload = this.#buffer.subarray(4, 4 + length);
        const sequence = this.#buffer[3] ?? 0;
        this.#buffer = this.#buffer.subarray(4 + length);
        if (sequence !== this.#sequence) this.#socket.destroy();
        this.#sequence = sequence + 1;
        return payload;
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** A length-encoded string; nothing here is longer than two bytes of length tell. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = bytes.length < 251 ? Buffer.of(bytes.length) : Buffer.of(0xfc, bytes.length & 0xff, bytes.length >> 8);
  return Buffer.concat([length, bytes]);
}

/** Protocol::ColumnDefinition41 of a VARCHAR; its original name is that of the catalog. */
const column = (name: string, original: string): Buffer =>
  Buffer.concat([
    ...['def', 'information_schema', 't', 'T', name, original].map(text),
    hex('0c', 'ff00', '00010000', 'fd', '0000', '00', '0000'),
  ]);

/** The parts of a select list between the commas that no bracket or quote holds. */
function selectList(sql: string): readonly string[] {
  const list = /^select (.*?)\s+from\s/is.exec(sql)?.[1] ?? sql.replace(/^select /i, '');
  return list.match(/(?:[^,(']|'[^']*'|\((?:[^()]|\([^()]*\))*\))+/g)?.map((part) => part.trim()) ?? [];
}

/** A result set of the text protocol. A column has its alias for a name, else the name of the catalog, which is in upper case. */
function resultSet(sql: string, rows: readonly TranscriptRow[]): readonly Buffer[] {
  const parts = selectList(sql).map((part) => {
    const [, expression = part, alias] = /^(.*?)(?: as "?(\w+)"?)?$/is.exec(part) ?? [];
    const known = Object.keys(rows[0] ?? {}).find((name) => new RegExp(`\\b${name}\\b`, 'i').test(expression));
    const original = known ?? expression.toUpperCase();
    return { original, name: alias ?? original };
  });
  const cells = rows.map((row) =>
    Buffer.concat(
      parts.map(({ original }) => {
        const value = row[original] ?? null;
        return value === null ? hex('fb') : text(value);
      }),
    ),
  );
  return [Buffer.of(parts.length), ...parts.map(({ name, original }) => column(name, original)), endOfRows, ...cells, endOfRows];
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKey = Buffer.from(rsa.publicKey.export({ type: 'spki', format: 'pem' }));

/** Is this the password, as the server's plugin wants to have it proved? */
async function proves(wire: Wire, login: Login, given: Buffer, plugin: string, encrypted: boolean): Promise<boolean> {
  const whole = Buffer.from(`${password}\0`);
  if (login === 'native' || login === 'clear') {
    const name = login === 'native' ? 'mysql_native_password' : 'mysql_clear_password';
    wire.say(Buffer.concat([hex('fe'), Buffer.from(`${name}\0`), scramble, hex('00')]));
    const answer = await wire.hear();
    return answer?.equals(login === 'native' ? (tokens[name] ?? hex('')) : whole) ?? false;
  }
  if (plugin !== 'caching_sha2_password' || !given.equals(tokens[plugin] ?? hex(''))) return false;
  if (login === 'fast') {
    wire.say(fastAuthSuccess);
    return true;
  }
  wire.say(fullAuthentication);
  const answer = (await wire.hear()) ?? hex('');
  if (encrypted) return answer.equals(whole);
  if (!answer.equals(askForKey)) return false;
  wire.say(Buffer.concat([hex('01'), publicKey]));
  const sealed = (await wire.hear()) ?? hex('');
  const opened = privateDecrypt({ key: rsa.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }, sealed);
  return xor(opened, scramble).equals(whole);
}

async function serve(raw: Socket, script: Script, seen: Seen): Promise<void> {
  raw.on('data', (bytes: Buffer) => (seen.said += bytes.toString()));
  let wire = new Wire(raw);
  wire.say(greeting(script.tls !== undefined));
  let login = await wire.hear();
  if (login?.length === 32 && script.tls) {
    seen.encrypted = true;
    wire = wire.encrypt(script.tls);
    login = await wire.hear();
  }
  if (!login) return;
  seen.flags = login.readUInt32LE(0);
  // Maximum packet, character set and 23 reserved bytes lie before the name; then the answer, the database, the plugin.
  const user = login.indexOf(0, 32);
  seen.user = login.toString('utf8', 32, user);
  const answered = user + 2 + (login[user + 1] ?? 0);
  const database = login.indexOf(0, answered);
  const plugin = login.toString('utf8', database + 1, login.indexOf(0, database + 1));
  seen.loggedIn = await proves(wire, script.login, login.subarray(user + 2, answered), plugin, seen.encrypted);
  wire.say(seen.loggedIn ? ok : denied);
  while (seen.loggedIn) {
    wire.restart();
    const command = await wire.hear();
    if (command?.[0] !== 3) return void raw.end();
    // With this flag a count of parameters would lie before the text: whoever did not mean that would send it garbled.
    const sql = command.toString('utf8', (seen.flags & flags.queryAttributes) === 0 ? 1 : 3);
    seen.statements.push(sql);
    const rows = script.answers?.find(([pattern]) => pattern.test(sql))?.[1];
    wire.say(...(rows ? resultSet(sql, rows) : [ok]));
  }
}

/** Plays the script to every connection. */
export async function play(script: Script): Promise<Played> {
  const connections: Seen[] = [];
  const server: Server = createServer((socket) => {
    const seen: Seen = { flags: 0, user: '', encrypted: false, loggedIn: false, statements: [], said: '' };
    connections.push(seen);
    socket.on('error', () => undefined);
    void serve(socket, script, seen).catch(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    await closed;
  };
  return { port, connections, [Symbol.asyncDispose]: stop };
}
