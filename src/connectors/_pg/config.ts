/** Settings of a connection by the PostgreSQL protocol, and the URL that people write them in. */
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { bastion, readSsh, sshOptions, sshSettings } from '../_net/ssh-settings.ts';
import { readTls, tlsFields, tlsOptions, tlsSettings } from '../_net/tls-mode.ts';
import type { TlsSettings } from '../_net/tls.ts';
import { timeLimit } from '../_sql/time-limit.ts';

export const config = z.object({
  host: z.string().min(1).meta({ title: 'Host', example: 'db.example.com' }),
  port: z.coerce.number().int().min(1).max(65535),
  database: z.string().min(1),
  user: z.string().min(1),
  password: z.string().optional().meta({ secret: true }),
  ...tlsFields,
  ssh: sshSettings.optional().meta({ title: 'SSH tunnel', advanced: true }),
  /** Seconds. */
  connect_timeout: z.coerce.number().int().min(1).max(600).default(10).meta({ advanced: true }),
  application_name: z.string().max(63).default('headgate').meta({ advanced: true }),
  statement_timeout: timeLimit,
});

export type Config = z.infer<typeof config>;

/** What speaks the protocol: how its URLs begin, and the port that they need not name. */
export interface System {
  readonly scheme: string;
  readonly port: number;
}

export type Env = Readonly<Record<string, string | undefined>>;

const urlOptions = new Set<string>([...tlsOptions, 'connect_timeout', 'application_name', 'statement_timeout', ...sshOptions]);

function decode(part: string): string | undefined {
  return part === '' ? undefined : decodeURIComponent(part);
}

/**
 * `scheme://user:pass@host:port/db?sslmode=…`, the rest from the variables that every PostgreSQL client knows. The files
 * that it names are read here: only a person who types a location may name files of this machine.
 */
export function readLocation({ scheme, port }: System, location: string, env: Env): unknown {
  let url: URL;
  try {
    // The scheme is not a special one to the URL parser; without `//` it would hide the host in the path.
    url = new URL(location.replace(/^[a-z]+:(?:\/\/)?/, 'wire://'));
    for (const part of [url.username, url.password, url.hostname, url.pathname]) decode(part);
  } catch {
    throw new HeadgateError('usage.arguments', `reading the location: it is not a valid ${scheme}://user@host:port/database`, {
      hint: 'write special characters of user and password as %XX, or put the password into PGPASSWORD',
    });
  }
  const unknown = [...url.searchParams.keys()].filter((name) => !urlOptions.has(name));
  if (unknown.length > 0) {
    throw new HeadgateError('usage.arguments', `reading the location: unknown option ${unknown.join(', ')}`, {
      hint: `use one of: ${[...urlOptions].join(', ')}`,
    });
  }
  const user = decode(url.username) ?? env.PGUSER ?? env.USER ?? scheme;
  return {
    host: decode(url.hostname.replace(/^\[(.*)\]$/, '$1')) ?? env.PGHOST ?? 'localhost',
    port: url.port || env.PGPORT || port,
    database: decode(url.pathname.slice(1)) ?? env.PGDATABASE ?? user,
    user,
    password: decode(url.password) ?? env.PGPASSWORD,
    ...readTls((name) => url.searchParams.get(name) ?? (env[`PG${name.toUpperCase()}`] || undefined)),
    ssh: readSsh(url.searchParams, env),
    connect_timeout: url.searchParams.get('connect_timeout') ?? env.PGCONNECT_TIMEOUT,
    application_name: url.searchParams.get('application_name') ?? undefined,
    statement_timeout: url.searchParams.get('statement_timeout') ?? undefined,
  };
}

/** Where the server is and which database is meant, for messages and identities: no user, no secret. */
export function placeOf({ scheme }: System, { host, port, database, ssh }: Config): string {
  const place = host.includes(':') ? `[${host}]` : host;
  // The same private address behind another SSH server is another database.
  return `${scheme}://${place}:${port}/${database}${ssh ? ` through ${bastion(ssh)}` : ''}`;
}

/** What TLS must prove; undefined = the connection stays as it is, as one to a socket of this machine does. */
export function tlsOf(config: Config): TlsSettings | undefined {
  return config.host.startsWith('/') ? undefined : tlsSettings(config);
}
