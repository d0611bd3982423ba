/** The OpenSSH client's arguments, and what its words mean. Pure. */
import type { ErrorCode } from '../../domain/codes.ts';
import { HeadgateError } from '../../domain/error.ts';
import { bastion, type SshSettings } from './ssh-settings.ts';

export interface Forward {
  /** The local end: a socket in a private folder. */
  readonly socket: string;
  readonly host: string;
  readonly port: number;
  /** Where the SSH server is, when its name was resolved already. */
  readonly address?: string | undefined;
}

/** Nothing of the person's configuration counts: a tunnel is what its settings say, on every machine. */
export function sshArguments(ssh: SshSettings, { socket, host, port, address }: Forward): readonly string[] {
  const options: Readonly<Record<string, string | undefined>> = {
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: ssh.known_hosts && `"${ssh.known_hosts}"`,
    GlobalKnownHostsFile: ssh.known_hosts && 'none',
    UpdateHostKeys: 'no',
    HostName: address,
    // Its key is known under its name, not under its address.
    HostKeyAlias: address && (ssh.port === 22 ? ssh.host : `[${ssh.host}]:${ssh.port}`),
    ...login(ssh),
    ExitOnForwardFailure: 'yes',
    ServerAliveInterval: '15',
    ServerAliveCountMax: '3',
    ControlPath: 'none',
    ForwardAgent: 'no',
    // What it says about a channel that the server could not open is said at this level.
    LogLevel: 'INFO',
  };
  const given = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : ['-o', `${name}=${value}`]));
  const target = host.includes(':') ? `[${host}]` : host;
  const forward = `${socket}:${target}:${port}`;
  return ['-F', 'none', '-N', '-T', ...given, '-p', String(ssh.port), '-l', ssh.user, '-L', forward, '--', ssh.host];
}

/** One way in: a passphrase must never be offered to the server as a password. */
function login({ key, password }: SshSettings): Readonly<Record<string, string | undefined>> {
  if (key === undefined && password !== undefined) {
    return {
      PreferredAuthentications: 'password,keyboard-interactive',
      PubkeyAuthentication: 'no',
      NumberOfPasswordPrompts: '1',
    };
  }
  return {
    PreferredAuthentications: 'publickey',
    IdentityFile: key && `"${key}"`,
    IdentitiesOnly: key && 'yes',
    BatchMode: password === undefined ? 'yes' : undefined,
    NumberOfPasswordPrompts: '1',
  };
}

interface Saying {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint?: string;
}

const addKey = 'add its key to your known_hosts once you have compared its fingerprint with what its administrator says';

/** The first one that matches counts. */
const loginSayings: readonly Saying[] = [
  {
    pattern: /IDENTIFICATION HAS CHANGED|REVOKED HOST KEY/,
    code: 'connect.tunnel',
    says: 'its host key is not the one that is known',
    hint: 'ask its administrator whether the key was changed; if so, replace it in your known_hosts',
  },
  {
    pattern: /Host key verification failed|host key is known/,
    code: 'connect.tunnel',
    says: 'its host key is not known here',
    hint: addKey,
  },
  {
    pattern: /UNPROTECTED PRIVATE KEY|bad permissions/,
    code: 'connect.refused',
    says: 'the private key file is open to others, so it is not used',
    hint: 'chmod 600 the key file',
  },
  {
    pattern: /Load key .*: /,
    code: 'connect.refused',
    says: 'the private key cannot be read',
    hint: 'check ssh_key; HEADGATE_SSH_PASSWORD holds its passphrase',
  },
  {
    pattern: /Permission denied|Too many authentication failures/,
    code: 'connect.refused',
    says: 'it refused the login',
    hint: 'check the user of ssh=, and ssh_key or HEADGATE_SSH_PASSWORD',
  },
  { pattern: /Could not resolve hostname/, code: 'connect.unreachable', says: 'the host name is unknown' },
  { pattern: /connect to host .*: Connection refused/, code: 'connect.unreachable', says: 'nothing listens there' },
  {
    pattern: /Could not request local forwarding|cannot listen|too long for Unix/,
    code: 'connect.tunnel',
    says: 'its local end could not be made',
  },
  { pattern: /not found|ENOENT/, code: 'connect.tunnel', says: 'there is no ssh command', hint: 'install the OpenSSH client' },
];

const channelSayings: readonly Saying[] = [
  {
    pattern: /open failed: administratively prohibited/,
    code: 'connect.tunnel',
    says: 'it does not allow a tunnel to this server',
    hint: 'ask its administrator to allow the forwarding (AllowTcpForwarding, PermitOpen)',
  },
  {
    pattern: /open failed: connect failed: (?:Name or service|Temporary failure|nodename)/,
    code: 'connect.unreachable',
    says: 'it does not know the host name of the server behind it',
  },
  {
    pattern: /open failed/,
    code: 'connect.unreachable',
    says: 'it cannot reach the server behind it',
    hint: 'check host and port as the SSH server sees them',
  },
];

const unknown: Saying = { pattern: /^/, code: 'connect.unreachable', says: 'the connection could not be made' };

function failure(saying: Saying, ssh: SshSettings): HeadgateError {
  const { code, says, hint } = saying;
  return new HeadgateError(code, `opening a tunnel through ${bastion(ssh)}: ${says}`, hint === undefined ? {} : { hint });
}

/** Why the client ended before there was a tunnel. Its own words, which may hold paths and banners, are not repeated. */
export function loginFailure(said: string, ssh: SshSettings): HeadgateError {
  return failure(loginSayings.find(({ pattern }) => pattern.test(said)) ?? unknown, ssh);
}

/** Why a connection through an open tunnel ended before its first byte; undefined = the client says nothing about it. */
export function channelFailure(said: string, ssh: SshSettings): HeadgateError | undefined {
  const saying = channelSayings.find(({ pattern }) => pattern.test(said));
  return saying && failure(saying, ssh);
}
