/** From settings to a connection that is logged in: tunnel, TCP, greeting, TLS, the driver's login. */
import type { Connection as DriverConnection } from 'mysql2';
import type { Connection } from 'mysql2/promise';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { HeadgateError } from '../../domain/error.ts';
import type { Net } from '../../sdk/index.ts';
import { dial, explainDial, untilAborted, type Place } from '../_net/dial.ts';
import { firstBytes } from '../_net/first-bytes.ts';
import { tlsSettings } from '../_net/tls-mode.ts';
import { startTls, type TlsSettings } from '../_net/tls.ts';
import type { Config } from './config.ts';
import { connectError } from './errors.ts';
import { greetingLength, offersTls } from './greeting.ts';

/** Of the driver, what its types leave out: the socket it works on, its parser, and the step that encrypts. */
interface DriverInside {
  stream: Duplex;
  readonly packetParser: { execute(data: Buffer): void };
  startTLS(done: (error?: Error) => void): void;
  _handleNetworkError(error: unknown): void;
}

// The driver's types do not have these members; the version is fixed, and every test of a connection needs them.
const inside = (driver: DriverConnection): DriverInside => driver as unknown as DriverInside;

export interface Wire {
  readonly connection: Connection;
  /** The driver's own way to say goodbye waits for the server; this does not. */
  destroy(): void;
}

const placeOf = ({ host, port, ssh }: Config): Place => ({ host, port, ssh });

/**
 * A connection that is logged in. `loads` = it tells the server that it can send a file. `signal` ends the attempt with its
 * reason. Throws what dialling, the handshake and the driver throw.
 */
export async function openWire(config: Config, loads: boolean, net: Net, signal: AbortSignal): Promise<Wire> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(config.connect_timeout * 1000)]);
  const socket = await dial(placeOf(config), net, patience);
  try {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    const tls = await agreedTls(socket, config, patience);
    const driver = await createDriver(socket, config, loads, tls, patience);
    socket.resume();
    await loggedIn(driver, patience);
    driver.on('error', () => undefined);
    return { connection: driver.promise(), destroy: () => inside(driver).stream.destroy() };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** What TLS must prove; undefined = the connection stays as it is. The driver gets the greeting, which decides, again. */
async function agreedTls(socket: Socket, config: Config, signal: AbortSignal): Promise<TlsSettings | undefined> {
  const greeting = await firstBytes(socket, greetingLength, signal);
  const offered = offersTls(greeting);
  socket.unshift(greeting);
  const tls = tlsSettings(config);
  // A server that refuses before it greets says why; the driver reads that.
  if (!tls || offered || greeting[4] === 0xff) return tls && offered ? tls : undefined;
  if (config.sslmode === 'prefer') return undefined;
  throw new HeadgateError('connect.unreachable', 'the server does not offer TLS', {
    hint: 'turn TLS on in the server; where the network itself is safe, sslmode=disable does without',
  });
}

async function createDriver(
  socket: Socket,
  config: Config,
  loads: boolean,
  tls: TlsSettings | undefined,
  signal: AbortSignal,
): Promise<DriverConnection> {
  const { createConnection } = await import('mysql2');
  const driver = createConnection({
    stream: socket,
    database: config.database,
    user: config.user,
    password: config.password ?? '',
    charset: 'utf8mb4_bin',
    connectTimeout: config.connect_timeout * 1000,
    multipleStatements: false,
    // The driver would write and compile a parser for each result.
    disableEval: true,
    // FOUND_ROWS would count rows that an update left as they were; with attributes, a query would have a head before its text.
    flags: ['-FOUND_ROWS', '-CLIENT_QUERY_ATTRIBUTES', loads ? '+LOCAL_FILES' : '-LOCAL_FILES'],
    // A password that is sent as it is goes only to a server that has shown who it is.
    enableCleartextPlugin: tls !== undefined && tls.verify !== 'none',
    // For the driver that says that the connection is to be encrypted; what it has to prove is up to our own handshake.
    ...(tls && { ssl: {} }),
  });
  if (tls) {
    const own = inside(driver);
    own.startTLS = (done) => void encrypt(own, () => startTls(socket, config.host, tls, signal), done);
  }
  return driver;
}

/** Puts TLS between the driver and its socket, as the driver's own step would. */
async function encrypt(own: DriverInside, start: () => Promise<Duplex>, done: (error?: Error) => void): Promise<void> {
  own.stream.removeAllListeners('data');
  let secure: Duplex;
  try {
    secure = await start();
  } catch (cause) {
    // The driver puts a code of its own over that of the error.
    done(new Error('the TLS handshake failed', { cause }));
    return;
  }
  secure.on('error', (error) => own._handleNetworkError(error));
  secure.on('data', (data: Buffer) => own.packetParser.execute(data));
  own.stream = secure;
  done();
}

async function loggedIn(driver: DriverConnection, signal: AbortSignal): Promise<void> {
  try {
    await once(driver, 'connect', { signal });
  } catch (error) {
    driver.on('error', () => undefined);
    inside(driver).stream.destroy();
    signal.throwIfAborted();
    const encryption = error instanceof Error && 'code' in error && error.code === 'HANDSHAKE_SSL_ERROR';
    throw encryption ? error.cause : error;
  }
}

/** A failure of connecting as ours, in the words of the tunnel where that knows more. */
export function explainConnect(error: unknown, config: Config, doing: string): Promise<HeadgateError> {
  return explainDial(error, placeOf(config), doing, connectError);
}

/** Asks the server to end a session's statement, over a connection of its own, made and encrypted in the same way. */
export async function killQuery(config: Config, thread: number, net: Net, signal: AbortSignal): Promise<void> {
  const { connection, destroy } = await openWire(config, false, net, signal);
  try {
    await untilAborted(connection.query(`kill query ${Number(thread)}`), signal);
  } finally {
    destroy();
  }
}
