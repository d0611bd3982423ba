/** A connection as the API shows it, and as the engine takes it. Secrets go in and never come out. */
import { z, type ZodType } from 'zod';
import { registry } from '../../connectors/registry.ts';
import { connectionPolicy, type ConnectionPolicy } from '../../domain/connection-policy.ts';
import { HeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';
import { nearest } from '../../domain/nearest.ts';
import { own } from '../../domain/own.ts';
import type { Connection, Connector } from '../../sdk/index.ts';
import { findConnection, type ConnectionRow } from '../../store/connections.ts';
import { openSecrets } from '../../store/secrets.ts';
import { withNames } from '../files/named.ts';
import type { OpContext } from '../operation.ts';
import { resolvePlaces } from './places.ts';

export const connectionView = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  connector: z.string(),
  /** Secret settings are left out. */
  settings: z.record(z.string(), z.json()),
  policy: connectionPolicy,
  version: z.number().int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

export function show(row: ConnectionRow): z.input<typeof connectionView> {
  const { created_at, updated_at, settings, policy, ...rest } = row;
  // jsonb comes back as what was stored.
  const shown = settings as Record<string, z.core.util.JSONType>;
  // One that a later version of this program wrote says nothing that this one knows.
  const known = connectionPolicy.safeParse(policy).data ?? {};
  return { ...rest, settings: shown, policy: known, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
}

/** Plain data, by its schema. */
export const storedPolicy = (policy: ConnectionPolicy): Json => JSON.parse(JSON.stringify(policy)) as Json;

/** Throws `object.invalid` with the nearest name. */
export async function loadConnector(name: string): Promise<Connector> {
  const found = registry.find((one) => one.name === name);
  if (found) return await found.load();
  const near = nearest(
    name,
    registry.map((one) => one.name),
  );
  throw new HeadgateError(
    'request.invalid',
    `there is no connector ${name}`,
    near === undefined ? {} : { hint: `did you mean ${near}?` },
  );
}

/** Throws `object.missing`: also for one of another workspace. */
export async function requireConnection({ db, workspace }: OpContext, ref: string): Promise<ConnectionRow> {
  const row = await findConnection(db, workspace, ref);
  if (row) return row;
  throw new HeadgateError('object.missing', 'there is no such connection');
}

/** The settings as they are stored: what is secret apart. Throws `usage.arguments` naming every bad one. */
export function splitSettings(
  connector: Connector,
  given: Readonly<Record<string, unknown>>,
): {
  readonly settings: Record<string, Json>;
  readonly secrets: Record<string, unknown>;
} {
  requireKnown(connector.config, given);
  connector.configure(given);
  const hidden = secretNames(connector.config);
  const settings: Record<string, Json> = {};
  const secrets: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (hidden.has(name)) secrets[name] = value;
    else settings[name] = value as Json; // the request's body was JSON
  }
  return { settings, secrets };
}

/** What no connector knows would be stored as it is, secret or not, and a later driver might know it. Throws `usage.arguments`. */
function requireKnown(config: ZodType, given: unknown, at = ''): void {
  const inner = config instanceof z.ZodOptional || config instanceof z.ZodDefault ? (config.unwrap() as ZodType) : config; // its declared type is that of zod's core
  if (!(inner instanceof z.ZodObject) || typeof given !== 'object' || given === null) return;
  const shape = inner.shape as Readonly<Record<string, ZodType>>;
  for (const [name, value] of Object.entries(given)) {
    const field = own(shape, name);
    if (!field) {
      throw new HeadgateError('usage.arguments', `checking the settings: there is no setting ${at}${name.slice(0, 60)}`, {
        hint: `there are: ${Object.keys(shape).join(', ')}`,
      });
    }
    requireKnown(field, value, `${at}${name}.`);
  }
}

/** Settings that are secret, or hold something that is. */
export function secretNames(config: ZodType): ReadonlySet<string> {
  const shape = config instanceof z.ZodObject ? (config.shape as Readonly<Record<string, ZodType>>) : {};
  return new Set(Object.entries(shape).flatMap(([name, field]) => (isSecret(field) ? [name] : [])));
}

function isSecret(field: ZodType): boolean {
  if (field.meta()?.['secret'] === true) return true;
  if (field instanceof z.ZodOptional || field instanceof z.ZodDefault || field instanceof z.ZodNullable) {
    return isSecret(field.unwrap() as ZodType); // its declared type is that of zod's core
  }
  return field instanceof z.ZodObject && Object.values(field.shape).some(isSecret);
}

/** With its secrets, ready to be opened: only for whoever dials now. */
export async function configured(
  context: Pick<OpContext, 'db' | 'key' | 'dataDir' | 'workspace' | 'clock'>,
  row: ConnectionRow,
): Promise<Connection> {
  const { db, key, dataDir, workspace } = context;
  const connector = await loadConnector(row.connector);
  const settings = await withNames(context, resolvePlaces(row.settings, dataDir));
  return connector.configure({ ...settings, ...(await openSecrets(db, key, workspace, row.id)) });
}
