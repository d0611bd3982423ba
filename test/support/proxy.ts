import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { commitsOf, type Protocol } from './commits.ts';

type Direction = 'to-server' | 'to-client';

/**
 * What goes wrong on the wire. Bytes are counted over all connections from the moment the fault is armed; every
 * fault but `refuse` happens once and is then gone, so that a retry finds a sound wire.
 * - `lose-commit-reply`: the server has committed (its `COMMIT` came back); the client never hears of it.
 *   `skip` lets that many commits pass before.
 * - `cut`: both sides lose the connection after that many bytes.
 * - `stall`: nothing moves on that connection for `ms`, or until `release`.
 * - `refuse`: new connections are closed at once.
 */
export type Fault =
  | { readonly kind: 'lose-commit-reply'; readonly skip?: number }
  | { readonly kind: 'cut'; readonly direction: Direction; readonly after: number }
  | { readonly kind: 'stall'; readonly direction: Direction; readonly after: number; readonly ms?: number }
  | { readonly kind: 'refuse' };

/** A fault of any kind but `refuse`, the same for the same seed. `bytes` is about how much the run sends. */
export function faultOf(seed: number, bytes: number): Fault {
  const random = sequence(seed);
  const direction: Direction = random() < 0.5 ? 'to-server' : 'to-client';
  const after = Math.floor(random() * bytes);
  const kind = Math.floor(random() * 3);
  if (kind === 0) return { kind: 'lose-commit-reply', skip: Math.floor(random() * 3) };
  if (kind === 1) return { kind: 'cut', direction, after };
  return { kind: 'stall', direction, after, ms: 50 + Math.floor(random() * 200) };
}

/** Marsaglia's xorshift: numbers in [0, 1) that depend on the seed only. */
function sequence(seed: number): () => number {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** A TCP proxy in front of one server on loopback. */
export class Proxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: number;
  readonly #protocol: Protocol;
  readonly #open = new Set<Socket>();
  /** The two ends of a stalled connection: nothing else may wake them. */
  readonly #stalled = new Set<Socket>();
  #fault: Fault | undefined;
  #moved: Record<Direction, number> = { 'to-server': 0, 'to-client': 0 };
  #commits = 0;
  #release: (() => void) | undefined;
  #fired = Promise.withResolvers<void>();

  constructor(server: Server, target: number, protocol: Protocol) {
    this.#server = server;
    this.#target = target;
    this.#protocol = protocol;
    server.on('connection', (client) => this.#accept(client));
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('asking the proxy for its port: it is closed');
    return address.port;
  }

  /** Bytes since the last `arm`, each way. */
  get moved(): Readonly<Record<Direction, number>> {
    return { ...this.#moved };
  }

  /** The same connection URL, through this proxy. */
  url(of: string): string {
    const url = new URL(of);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Sets what goes wrong next and restarts the counts; undefined = nothing. Ends a stall. Resolves when it has happened. */
  arm(fault: Fault | undefined): Promise<void> {
    this.release();
    this.#fault = fault;
    this.#moved = { 'to-server': 0, 'to-client': 0 };
    this.#commits = 0;
    this.#fired = Promise.withResolvers<void>();
    return this.#fired.promise;
  }

  /** Lets a stalled connection go on. */
  release(): void {
    this.#release?.();
    this.#release = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    if (this.#fault?.kind === 'refuse') {
      this.#fired.resolve();
      client.destroy();
      return;
    }
    const server = connect(this.#target, '127.0.0.1');
    const commits = commitsOf[this.#protocol]();
    client.on('data', (chunk: Buffer) => {
      commits.toServer(chunk);
      this.#forward(client, server, chunk, 'to-server', 0);
    });
    server.on('data', (chunk: Buffer) => this.#forward(client, server, chunk, 'to-client', commits.toClient(chunk)));
    for (const [socket, other] of [[client, server] as const, [server, client] as const]) {
      this.#open.add(socket);
      socket.setNoDelay(true);
      socket.on('end', () => other.end());
      socket.on('error', () => other.destroy());
      socket.on('drain', () => void (this.#stalled.has(other) || other.resume())); // a stall holds longer than a full buffer
      socket.on('close', () => {
        this.#open.delete(socket);
        other.destroySoon();
      });
    }
  }

  #forward(client: Socket, server: Socket, chunk: Buffer, direction: Direction, committed: number): void {
    const [from, to] = direction === 'to-server' ? [client, server] : [server, client];
    const fault = this.#fault;
    const before = this.#moved[direction];
    this.#moved[direction] = before + chunk.length;
    this.#commits += committed;
    const cutting = () => {
      this.#happened();
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    if (fault?.kind === 'lose-commit-reply' && committed > 0 && this.#commits > (fault.skip ?? 0)) return cutting();
    const reached = fault && 'direction' in fault && fault.direction === direction && before + chunk.length > fault.after;
    if (reached && fault.kind === 'cut') {
      const rest = chunk.subarray(0, Math.max(0, fault.after - before));
      if (rest.length === 0) return cutting();
      to.write(rest, cutting);
      from.pause();
      return;
    }
    if (reached && fault.kind === 'stall') {
      this.#happened();
      for (const socket of [client, server]) this.#stalled.add(socket.pause());
      const timer = fault.ms === undefined ? undefined : setTimeout(() => this.release(), fault.ms);
      this.#release = () => {
        clearTimeout(timer);
        to.write(chunk);
        this.#stalled.clear();
        client.resume();
        server.resume();
      };
      return;
    }
    if (!to.write(chunk)) from.pause();
  }

  #happened(): void {
    this.#fault = undefined;
    this.#fired.resolve();
  }
}

/** Listens on a free loopback port in front of the server on `port`. */
export async function startProxy(port: number, protocol: Protocol = 'postgres'): Promise<Proxy> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new Proxy(server, port, protocol);
}
