/** What people type for a source or destination → a configured connection. Locations may hold secrets: none is ever printed. */
import { registry, type Registration } from '../connectors/registry.ts';
import { HeadgateError } from '../domain/error.ts';
import { nearest } from '../domain/nearest.ts';
import type { Connection } from '../sdk/index.ts';
import type { World } from './command.ts';

type Env = World['env'];
type Role = 'source' | 'destination';

/** What a location can be, for people. */
export const locationForms = registry.map(({ location }) => location).join(', ');

/** `env:NAME` stands for the location in that environment variable. Throws `usage.arguments`. */
export function readLocation(text: string, env: Env): string {
  const name = /^env:(.*)$/s.exec(text)?.[1];
  if (name === undefined) return text;
  const value = env[name];
  if (value) return value;
  const near = nearest(name, Object.keys(env));
  throw new HeadgateError('usage.arguments', `the environment variable ${name} is not set`, {
    hint: near ? `did you mean env:${near}?` : `set ${name} to a location: ${locationForms}`,
  });
}

/** The connector for a location, by its scheme. Throws `usage.scheme`. */
export function registrationFor(location: string): Registration {
  // One letter before the colon is a Windows drive.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(location)?.[1]?.toLowerCase() ?? '';
  const found = registry.find(({ schemes }) => schemes.includes(scheme));
  if (found) return found;
  const near = nearest(
    scheme,
    registry.flatMap(({ schemes }) => schemes).filter((name) => name !== ''),
  );
  const hint = near ? `did you mean ${near}:? For a file of that name write ./ before it` : `a location is ${locationForms}`;
  throw new HeadgateError('usage.scheme', `no connector knows the scheme ${scheme}:`, { hint });
}

export const isFile = (location: string): boolean => registrationFor(location).schemes.includes('');

/** Rows of such a location come from stdin or go to stdout. */
export const isStdio = (location: string): boolean => /^(file:)?-(\?.*)?$/.test(location);

const saysFormat = /\.(csv|tsv|tab|xlsx?|ndjson|jsonl|json|xml|parquet)(\.(gz|zst|zip))?$|[?&#]format=/i;

/** Adds `--format` where a file's name does not say its format. */
export function withFormat(location: string, format: string | undefined): string {
  if (format === undefined || !isFile(location) || saysFormat.test(location)) return location;
  // The query of an address is its server's.
  if (/^(file:)?https?:/i.test(location)) return `${location}${location.includes('#') ? '&' : '#'}format=${format}`;
  const path = location.startsWith('file:') ? location : `file:${location}`;
  // Other settings may be there already; any other question mark belongs to the name.
  return `${path}${/\?(delimiter|quote|escape|header|infer|encoding|member|sheet|limit)=/.test(path) ? '&' : '?'}format=${format}`;
}

/** Throws `usage.scheme`, and what the connector finds wrong with the location. */
export async function connect(location: string, role: Role, env: Env): Promise<Connection> {
  const registration = registrationFor(location);
  const connection = (await registration.load()).locate(location, env);
  if (connection[role]) return connection;
  throw new HeadgateError('usage.scheme', `${registration.name} cannot be a ${role}`);
}

/** The location of a role: the one given, or that of its environment variable. Throws `usage.arguments`. */
export function chooseLocation(given: string | undefined, role: Role, env: Env): string {
  const name = role === 'source' ? 'HEADGATE_SOURCE' : 'HEADGATE_DESTINATION';
  const text = given ?? env[name];
  if (text) return readLocation(text, env);
  throw new HeadgateError('usage.arguments', `no ${role} is named`, { hint: `give a location, or set ${name}` });
}
