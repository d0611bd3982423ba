import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { HeadgateError } from '../../domain/error.ts';
import type { SshSettings } from './ssh-settings.ts';
import { enterTunnel, tunnelComplaint, type Lease } from './tunnel.ts';

/** A server: by name, perhaps seen from an SSH server; or by the path of its socket on this machine. */
export type Place =
  { readonly host: string; readonly port: number; readonly ssh?: SshSettings | undefined } | { readonly path: string };

/**
 * A connected socket, directly or through a tunnel, which it holds until it closes. `signal` ends the attempt: its reason
 * is thrown. Throws the system's own errors, and the codes of `enterTunnel`.
 */
export async function dial(place: Place, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const lease = 'path' in place || !place.ssh ? undefined : await enterTunnel({ ...place, ssh: place.ssh }, signal);
  const socket = open(place, lease);
  socket.once('close', () => lease?.[Symbol.dispose]());
  // Whoever uses it hears of a failure by the end of what it does; nobody may be listening when it comes.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  }
}

function open(place: Place, lease: Lease | undefined): Socket {
  if (lease) return connect({ path: lease.socket });
  return connect('path' in place ? place : { host: place.host, port: place.port });
}

/** A failure of connecting as ours, in the words of the tunnel where that knows more. `translate` knows the driver's errors. */
export async function explainDial(
  error: unknown,
  place: Place,
  doing: string,
  translate: (error: unknown, doing: string) => HeadgateError,
): Promise<HeadgateError> {
  if (error instanceof HeadgateError && error.code !== 'connect.lost') return withDoing(error, doing);
  const failure = translate(error, doing);
  if (failure.code !== 'connect.unreachable' || 'path' in place || !place.ssh) return failure;
  const complaint = await tunnelComplaint({ ...place, ssh: place.ssh });
  return complaint ? withDoing(complaint, doing) : failure;
}

function withDoing(error: HeadgateError, doing: string): HeadgateError {
  if (error.message.startsWith(doing)) return error;
  return new HeadgateError(error.code, `${doing}: ${error.message}`, { hint: error.hint, cause: error });
}
