import { once } from 'node:events';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { HeadgateError } from '../../domain/error.ts';
import type { Address, Net } from '../../sdk/index.ts';
import type { SshSettings } from './ssh-settings.ts';
import { dialThrough, tunnelComplaint } from './tunnel.ts';

/** A server: by name, perhaps seen from an SSH server; or by the path of its socket on this machine. */
export type Place =
  { readonly host: string; readonly port: number; readonly ssh?: SshSettings | undefined } | { readonly path: string };

/**
 * A connected socket, directly or through a tunnel, which it holds until it closes. The one way in which a database is reached:
 * `net` judges where it goes. `signal` ends the attempt: its reason is thrown. Throws `connect.forbidden`, the system's own
 * errors, and the codes of `dialThrough`.
 */
export async function dial(place: Place, net: Net, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const socket = await ('path' in place || !place.ssh
    ? open(place, net, signal)
    : dialThrough({ ...place, ssh: place.ssh }, (path) => connected(connect({ path }), signal), net, signal));
  // Whoever uses it hears of a failure by the end of what it does; nobody may be listening when it comes.
  return socket.on('error', () => undefined);
}

async function open(place: Place, net: Net, signal: AbortSignal): Promise<Socket> {
  if ('path' in place) {
    if (net.personal) return await connected(connect(place), signal);
    throw new HeadgateError('connect.forbidden', "a server's socket on this machine is not for its users");
  }
  const addresses = await untilAborted(net.addresses(place.host), signal);
  return await connected(connect({ host: place.host, port: place.port, ...pinnedTo(addresses) }), signal);
}

async function connected(socket: Socket, signal: AbortSignal): Promise<Socket> {
  try {
    await once(socket, 'connect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  }
}

/** For `connect` and its kin: what was judged is what is connected to, because nobody is asked again. */
export function pinnedTo(addresses: readonly Address[]): { readonly host?: string; readonly lookup: LookupFunction } {
  const [first] = addresses;
  const lookup: LookupFunction = (_host, { all }, done) =>
    all ? done(null, [...addresses]) : done(null, first?.address ?? '', first?.family);
  // A literal address is not looked up, however the host was spelled.
  return { ...(addresses.length === 1 && first && isIP(first.address) !== 0 && { host: first.address }), lookup };
}

/** Throws the signal's reason where that comes first; who called lets go of what the work waits for. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
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
