/** From settings to a socket on which the server waits for a login or a cancel request: tunnel, TCP, TLS. */
import type { Socket } from 'node:net';
import { HeadgateError } from '../../domain/error.ts';
import type { Net } from '../../sdk/index.ts';
import { dial, explainDial, type Place } from '../_net/dial.ts';
import { firstBytes } from '../_net/first-bytes.ts';
import { startTls } from '../_net/tls.ts';
import { tlsOf, type Config } from './config.ts';
import { connectError } from './errors.ts';

/** The message that asks for TLS: its length, and a number that is no protocol version. */
const tlsRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

function placeOf({ host, port, ssh }: Config): Place {
  return host.startsWith('/') && !ssh ? { path: `${host}/.s.PGSQL.${port}` } : { host, port, ssh };
}

/** `signal` ends the attempt with its reason. Throws what dialling and the handshake throw. */
export async function openSocket(config: Config, net: Net, signal: AbortSignal): Promise<Socket> {
  const socket = await dial(placeOf(config), net, signal);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 30_000);
  const tls = tlsOf(config);
  if (!tls) return socket;
  try {
    socket.write(tlsRequest);
    const answer = (await firstBytes(socket, 1, signal)).toString('latin1');
    // More than the one letter would be plain text that somebody wants us to take for the server's.
    if (answer === 'S') return await startTls(socket, config.host, tls, signal);
    if (answer === 'N' && config.sslmode === 'prefer') return socket.resume();
    if (answer !== 'N') throw new HeadgateError('connect.unreachable', 'what answers there is not PostgreSQL');
    throw new HeadgateError('connect.unreachable', 'the server does not offer TLS', {
      hint: 'turn TLS on in the server; where the network itself is safe, sslmode=disable does without',
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A failure of connecting as ours, in the words of the tunnel where that knows more. */
export function explainConnect(error: unknown, config: Config, doing: string): Promise<HeadgateError> {
  return explainDial(error, placeOf(config), doing, connectError);
}
