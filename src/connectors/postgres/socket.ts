/** From settings to a socket on which the server waits for a login or a cancel request: tunnel, TCP, TLS. */
import type { Socket } from 'node:net';
import { HeadgateError } from '../../domain/error.ts';
import { dial, dialComplaint, type Place } from '../_net/dial.ts';
import { startTls } from '../_net/tls.ts';
import { tlsSettings, type Config } from './config.ts';
import { connectError } from './errors.ts';

/** The message that asks for TLS: its length, and a number that is no protocol version. */
const tlsRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

function placeOf({ host, port, ssh }: Config): Place {
  return host.startsWith('/') && !ssh ? { path: `${host}/.s.PGSQL.${port}` } : { host, port, ssh };
}

/** `signal` ends the attempt with its reason. Throws what dialling and the handshake throw. */
export async function openSocket(config: Config, signal: AbortSignal): Promise<Socket> {
  const socket = await dial(placeOf(config), signal);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  const tls = tlsSettings(config);
  if (!tls) return socket;
  try {
    socket.write(tlsRequest);
    const answer = (await firstBytes(socket, signal)).toString('latin1');
    // More than the one letter would be plain text that somebody wants us to take for the server's.
    if (answer === 'S') return await startTls(socket, config.host, tls, signal);
    if (answer === 'N' && config.sslmode === 'prefer') return socket;
    if (answer !== 'N') throw new HeadgateError('connect.unreachable', 'what answers there is not PostgreSQL');
    throw new HeadgateError('connect.unreachable', 'the server does not offer TLS', {
      hint: 'turn TLS on in the server; where the network itself is safe, sslmode=disable does without',
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function firstBytes(socket: Socket, signal: AbortSignal): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const abort = (): void => reject(signal.reason);
  const end = (): void => reject(new Error('Connection terminated unexpectedly'));
  socket.once('data', resolve).once('error', reject).once('close', end).once('end', end);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await promise;
  } finally {
    socket.off('data', resolve).off('error', reject).off('close', end).off('end', end);
    signal.removeEventListener('abort', abort);
  }
}

/** A failure of connecting as ours, in the words of the tunnel where that knows more. */
export async function explainConnect(error: unknown, config: Config, doing: string): Promise<HeadgateError> {
  if (error instanceof HeadgateError && error.code !== 'connect.lost') return withDoing(error, doing);
  const failure = connectError(error, doing);
  if (failure.code !== 'connect.unreachable') return failure;
  const complaint = await dialComplaint(placeOf(config));
  return complaint ? withDoing(complaint, doing) : failure;
}

function withDoing(error: HeadgateError, doing: string): HeadgateError {
  if (error.message.startsWith(doing)) return error;
  return new HeadgateError(error.code, `${doing}: ${error.message}`, { hint: error.hint, cause: error });
}
