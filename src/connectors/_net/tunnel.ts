/** SSH tunnels of this process: one `ssh` per settings and target, shared by all who connect through it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { HeadgateError } from '../../domain/error.ts';
import type { Net } from '../../sdk/index.ts';
import { channelFailure, loginFailure, sshArguments } from './ssh-command.ts';
import { bastion, requireForwardable, type SshSettings } from './ssh-settings.ts';

/** Connects to a socket of this machine. */
type Opening = (path: string) => Promise<Socket>;

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly ssh: SshSettings;
}

/** Sessions come one after the other; a login for each would cost more than the session. */
const lingerMs = 1000;
/** A unix socket's path holds at most 103 bytes on some systems. */
const longestFolder = 70;
/** Of what the client says, enough to tell what went wrong. */
const keptWords = 8192;

/**
 * Ends the client and removes the folder when our end of descriptor 3 closes, which also a SIGKILL does; and ends by
 * itself when the client has ended. It says nothing itself: a shell that tells how its child ended, when nobody listens any
 * more, would end by SIGPIPE before it has removed the folder.
 */
const guard = `folder=$1; shift
"$@" 3<&- &
client=$!
exec >/dev/null 2>&1
{ read -r _ <&3; kill $client; } &
wait $client; code=$?
rm -rf "$folder"
exit $code`;

/** Of a socket that is bound and not listened on, or that has just gone. */
const silent: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOENT']);

const askpass = `#!/bin/sh\nprintf '%s\\n' "$HEADGATE_SSH_PASSWORD"\n`;

class Tunnel {
  readonly #socket: string;
  readonly #target: Target;
  readonly #guard: ChildProcess;
  #said = '';
  #users = 0;
  #ready = false;
  #ended = false;
  #idle: NodeJS.Timeout | undefined;

  /** `address`: where the SSH server is; absent = its client finds out. */
  constructor(target: Target, address?: string) {
    requireForwardable(target.host);
    this.#target = target;
    const folder = mkdtempSync(join(tmpdir().length > longestFolder ? '/tmp' : tmpdir(), 'headgate-ssh-')); // 0700
    this.#socket = join(folder, 'socket');
    const { host, port } = target;
    const args = sshArguments(withFiles(target.ssh, folder), { socket: this.#socket, host, port, address });
    // A session of its own: Ctrl-C in the terminal must not end the tunnel before we have cancelled through it.
    this.#guard = spawn('/bin/sh', ['-c', guard, 'tunnel', folder, 'ssh', ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      env: environment(target.ssh, folder),
      cwd: '/',
      detached: true,
    });
    this.#watch();
  }

  #watch(): void {
    const { stderr, stdio } = this.#guard;
    // The pipes of a child are sockets, which can be unreferenced; their declared types are only streams.
    const pipes = [stderr, stdio[3]] as unknown as readonly { unref(): void; on(event: 'error', listener: () => void): void }[];
    for (const pipe of pipes) {
      pipe.unref();
      pipe.on('error', () => undefined);
    }
    this.#guard.unref();
    stderr?.setEncoding('utf8').on('data', (text: string) => (this.#said = (this.#said + text).slice(-keptWords)));
    this.#guard.once('error', () => this.end());
    this.#guard.once('exit', () => this.#hangUp());
    // Comes when all that it said has been read.
    this.#guard.once('close', () => this.end());
  }

  get ended(): boolean {
    return this.#ended;
  }

  enter(): void {
    clearTimeout(this.#idle);
    this.#users += 1;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    if (!this.#ready) this.end();
    else this.#idle = setTimeout(() => this.end(), lingerMs).unref();
  }

  /**
   * A connection through it. The client makes the socket once it is logged in, and listens on it a moment later: until then
   * the system refuses. Trying is the only way to know that opens no connection to the server for nothing.
   */
  async connect(open: Opening, signal: AbortSignal): Promise<Socket> {
    for (;;) {
      if (this.#ended) throw loginFailure(this.#said, this.#target.ssh);
      if (signal.aborted) throw unanswered(this.#target.ssh, signal);
      const socket = existsSync(this.#socket) ? await unlessSilent(open(this.#socket)) : undefined;
      if (socket) {
        this.#ready = true;
        return socket;
      }
      await wait(10);
    }
  }

  async complaint(): Promise<HeadgateError | undefined> {
    // The client speaks before it closes our socket, but another event may have been looked at first.
    await turn();
    await turn();
    const found = channelFailure(this.#said, this.#target.ssh);
    if (found) this.#said = '';
    return found;
  }

  end(): void {
    clearTimeout(this.#idle);
    this.#ended = true;
    this.#hangUp();
  }

  #hangUp(): void {
    // An open pipe of a child is a stream that can be destroyed.
    (this.#guard.stdio[3] as { destroy(): void } | null | undefined)?.destroy();
  }
}

/** What came as text, as files that go with the tunnel. */
function withFiles(ssh: SshSettings, folder: string): SshSettings {
  const written = (name: string, text: string | undefined): string | undefined => {
    if (text === undefined) return undefined;
    writeFileSync(join(folder, name), `${text.trim()}\n`, { mode: 0o600 });
    return join(folder, name);
  };
  return {
    ...ssh,
    key: written('key', ssh.private_key) ?? ssh.key,
    known_hosts: written('known', ssh.host_key) ?? ssh.known_hosts,
  };
}

/** No more of ours than the client needs: other secrets of the process are none of its business. */
function environment({ password }: SshSettings, folder: string): NodeJS.ProcessEnv {
  const { PATH, HOME, SSH_AUTH_SOCK } = process.env;
  const base = { PATH, HOME, SSH_AUTH_SOCK, LC_ALL: 'C' };
  if (password === undefined) return base;
  const script = join(folder, 'askpass');
  writeFileSync(script, askpass, { mode: 0o700 });
  return { ...base, SSH_ASKPASS: script, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':', HEADGATE_SSH_PASSWORD: password };
}

function unanswered(ssh: SshSettings, signal: AbortSignal): HeadgateError {
  const timely = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
  const doing = `opening a tunnel through ${bastion(ssh)}`;
  return timely
    ? new HeadgateError('connect.unreachable', `${doing}: no answer in time`)
    : new HeadgateError('run.cancelled', `${doing}: the run was cancelled`);
}

const tunnels = new Map<string, Tunnel>();

/**
 * A connected socket through the tunnel to the target, which is opened where there is none. It ends soon after its last
 * connection, and with this process however that ends. Throws `connect.forbidden`, `connect.tunnel`, `connect.refused`,
 * `connect.unreachable`, `run.cancelled`, and the system's own errors.
 */
export async function dialThrough(target: Target, open: Opening, net: Net, signal: AbortSignal): Promise<Socket> {
  const name = keyOf(target);
  const address = net.personal ? undefined : await guarded(target, net);
  const current = tunnels.get(name);
  const tunnel = current && !current.ended ? current : new Tunnel(target, address);
  tunnels.set(name, tunnel);
  tunnel.enter();
  try {
    return (await tunnel.connect(open, signal)).once('close', () => tunnel.leave());
  } catch (error) {
    tunnel.leave();
    throw error;
  }
}

/** undefined = nobody listens. */
async function unlessSilent(opening: Promise<Socket>): Promise<Socket | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof Error && 'code' in error && silent.has(error.code)) return undefined;
    throw error;
  }
}

/** The judged address of an SSH server that somebody else's settings name. Whose keys are used must be theirs as well. */
async function guarded({ host, ssh }: Target, net: Net): Promise<string | undefined> {
  const theirs = ssh.key === undefined && ssh.known_hosts === undefined && (ssh.private_key ?? ssh.password) !== undefined;
  if (!theirs) {
    throw new HeadgateError(
      'connect.forbidden',
      `opening a tunnel through ${bastion(ssh)}: the keys of this machine are not for its users`,
      {
        hint: 'give private_key (its text) or password, and host_key instead of known_hosts',
      },
    );
  }
  net.behind(host);
  return (await net.addresses(ssh.host))[0]?.address;
}

/** Why connections through the tunnel end at once, when it is the tunnel that says so. */
export async function tunnelComplaint(target: Target): Promise<HeadgateError | undefined> {
  return await tunnels.get(keyOf(target))?.complaint();
}

const keyOf = ({ host, port, ssh }: Target): string => JSON.stringify([host, port, ssh]);
