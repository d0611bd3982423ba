/** How a person reaches a server that only another machine can see. */
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Names and addresses, and nothing that a command could take for an option or for two words. */
const hostName = /^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$/;
/** The client expands `%`, `$` and quotes in the paths of its options. */
const plainPath = /^[^\x00-\x1f\x7f"'%$\\]+$/;

const file = z.string().regex(plainPath, 'a path without quotes, backslashes, %, $ and line ends');

/**
 * `key` and `known_hosts` are paths on the machine that dials: its OpenSSH client reads them, and a service refuses them.
 * `private_key` and `host_key` are the texts themselves.
 */
export const sshSettings = z.object({
  host: z.string().regex(hostName, 'not a host name or address').meta({ title: 'SSH server', example: 'bastion.example.com' }),
  port: z.coerce.number().int().min(1).max(65535).default(22),
  user: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.@-]*$/, 'not a user name'),
  /** Absent = the person's own keys and agent, or the password. */
  key: file.optional().meta({ title: 'Private key file', advanced: true }),
  /** Absent = the person's own file and the machine's. */
  known_hosts: file.optional().meta({ title: 'Known hosts file', advanced: true }),
  private_key: z
    .string()
    .regex(/^-----BEGIN [\s\S]*-----\s*$/, 'the text of a private key, from BEGIN to END')
    .optional()
    .meta({ title: 'Private key', secret: true }),
  host_key: z
    .string()
    .regex(/^[\x20-\x7e]+(?:\r?\n[\x20-\x7e]*)*$/, 'lines as ssh-keyscan prints them')
    .optional()
    .meta({ title: "The server's key", description: 'As `ssh-keyscan` prints it. Absent: what the machine knows' }),
  /** The password of the login or, with a key, its passphrase. */
  password: z
    .string()
    .regex(/^[^\x00\r\n]+$/, 'one line')
    .optional()
    .meta({ secret: true }),
});

export type SshSettings = z.infer<typeof sshSettings>;

/** The options of a location that `readSsh` understands. */
export const sshOptions: readonly string[] = ['ssh', 'ssh_key', 'ssh_known_hosts'];

/** `ssh=user@host:port` and its companions; undefined = no tunnel. Throws `usage.arguments`, `file.missing`, `access.denied`. */
export function readSsh(options: URLSearchParams, env: Env): unknown {
  const text = options.get('ssh');
  const lone = sshOptions.find((name) => name !== 'ssh' && options.has(name));
  if (text === null && lone === undefined) return undefined;
  const [, user = env.USER, host, port] = /^(?:(.+)@)?(\[[^\]]*\]|[^:@[\]]+)(?::(\d+))?$/.exec(text ?? '') ?? [];
  if (host === undefined) {
    throw new HeadgateError('usage.arguments', 'reading the location: ssh does not name a server', {
      hint: 'write ssh=user@host or ssh=user@host:port',
    });
  }
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    user,
    key: readable('ssh_key', options.get('ssh_key')),
    known_hosts: readable('ssh_known_hosts', options.get('ssh_known_hosts')),
    password: env.HEADGATE_SSH_PASSWORD || undefined,
  };
}

function readable(option: string, path: string | null): string | undefined {
  if (path === null) return undefined;
  const absolute = resolve(path);
  try {
    accessSync(absolute, constants.R_OK);
    return absolute;
  } catch (error) {
    throw asHeadgateError(error, `reading the file of ${option}`);
  }
}

/** Where a tunnel leads through, for messages and identities: no user, no secret. */
export function bastion({ host, port }: SshSettings): string {
  return `ssh://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Throws `usage.arguments` for a server that a forwarding cannot name. */
export function requireForwardable(host: string): void {
  if (hostName.test(host)) return;
  throw new HeadgateError('usage.arguments', 'a tunnel needs the host name or address of the server behind it', {
    hint: 'name the server as the SSH server sees it; a socket path cannot be reached through a tunnel',
  });
}
