/** A connection: its body, how it is answered, and what it is to us. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import { InvalidInput, perform } from '../../../operations/operation.ts';
import { keepSecrets } from '../../../operations/secrets/keep.ts';
import { createConnection } from '../../../operations/connections/create.ts';
import { probeConnection } from '../../../operations/connections/probe.ts';
import { updateConnection } from '../../../operations/connections/update.ts';
import type { RouteContext } from '../../dialect.ts';
import { auditFields, label, problems, slug } from './fields.ts';
import type { Stored } from './objects.ts';
import { ownObject } from './objects.ts';
import { providerNames, providerOf, type Config, type Provider } from './providers.ts';

/** What is answered in the place of a secret; sent back, it means the stored one. */
export const mask = '*'.repeat(12);

const states = z.enum(['new', 'active', 'inactive']);
const provider = z.enum(providerNames);

/** Of POST and PUT; `config` is checked by its provider. */
export const connectionBody = z.object({
  id: slug,
  name: label,
  state: states,
  service_provider: provider,
  config: z.record(z.string(), z.json()).meta({ description: 'By provider: docs/dialects/mparticle.md' }),
});

/** As it is kept: every secret as the mask. */
export type ConnectionBody = z.output<typeof connectionBody>;

export const connectionView = z.object({
  id: z.string(),
  name: z.string(),
  state: states,
  status: z.enum(['healthy', 'faulted']),
  errors: problems,
  service_provider: provider,
  config: z.record(z.string(), z.json()),
  ...auditFields,
});

export function show({ id, body, audit }: Stored<ConnectionBody>, fault: string | undefined): z.input<typeof connectionView> {
  const { name, state, service_provider } = body;
  // Our state keeps no order of keys.
  const names = Object.keys(providerOf(service_provider).config.shape);
  const config = Object.fromEntries(names.flatMap((key) => (key in body.config ? [[key, body.config[key] ?? null]] : [])));
  return {
    id,
    name,
    state,
    status: fault === undefined ? 'healthy' : 'faulted',
    errors: fault === undefined ? [] : [{ message: fault }],
    service_provider,
    config,
    ...audit,
  };
}

/** A body whose settings are those of its provider, apart from its secrets. */
export interface Checked {
  readonly body: ConnectionBody;
  readonly provider: Provider;
  /** As they were sent; what was masked is left out. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Throws `request.invalid` naming every bad setting. `keeps` = the mask stands for what is stored. */
export function checked(sent: ConnectionBody, keeps: boolean): Checked {
  const known = providerOf(sent.service_provider);
  const parsed = known.config.safeParse(sent.config);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: ['config', ...path], message }));
    throw new InvalidInput('connection', issues);
  }
  const given = Object.entries(parsed.data).filter(([name]) => known.secrets.includes(name));
  const secrets = given.filter(([, value]) => !keeps || value !== mask).map(([name, value]) => [name, value] as const);
  const shown = Object.fromEntries(given.map(([name]) => [name, mask]));
  const config = { ...parsed.data, ...shown } as Record<string, z.core.util.JSONType>; // its schema holds nothing but JSON
  return { body: { ...sent, config }, provider: known, secrets: Object.fromEntries(secrets) as Record<string, string> };
}

function settingsOf({ body, provider: known, secrets }: Checked): Record<string, Json> {
  const without = Object.fromEntries(Object.entries(body.config).filter(([name]) => !known.secrets.includes(name)));
  const config: Config = { ...without, ...secrets };
  // What is absent is not written.
  return JSON.parse(JSON.stringify(known.settings?.(config) ?? {})) as Record<string, Json>;
}

/** Only what shall be active is tried, before anything is stored. Throws what the warehouse says: 505. */
export async function probe(context: RouteContext, wanted: Checked, before?: Stored<ConnectionBody>): Promise<void> {
  const { body, provider: known } = wanted;
  if (body.state !== 'active') return;
  if (known.connector === undefined) {
    const says = `${body.service_provider} cannot be opened by this server yet: the connection can be kept as new or inactive.`;
    throw new HeadgateError('connector.missing', says);
  }
  const connection = before && { connection: before.object };
  const tried = { connector: known.connector, settings: settingsOf(wanted), ...connection };
  const { ok, code, message } = await perform(probeConnection, context, tried);
  // Whatever is wrong with it, it cannot be used.
  if (!ok) throw new HeadgateError(code.startsWith('connect.') ? codeOf(code) : 'connect.refused', message);
}

const codeOf = (code: string): 'connect.unreachable' | 'connect.refused' | 'connect.missing' =>
  code === 'connect.refused' || code === 'connect.missing' ? code : 'connect.unreachable';

/** The id of what stands behind it, made new. */
export async function open(context: RouteContext, wanted: Checked): Promise<string> {
  const { body, provider: known, secrets } = wanted;
  if (known.connector === undefined) {
    const holder = ownObject('connection', body.id);
    if (Object.keys(secrets).length > 0) await perform(keepSecrets, context, { holder, secrets });
    return holder;
  }
  const input = { name: body.name.slice(0, 200), connector: known.connector, settings: settingsOf(wanted) };
  return (await perform(createConnection, context, input)).id;
}

export async function change(context: RouteContext, before: Stored<ConnectionBody>, wanted: Checked): Promise<void> {
  const { body, provider: known, secrets } = wanted;
  if (known.connector !== undefined) {
    const input = { connection: before.object, name: body.name.slice(0, 200), settings: settingsOf(wanted) };
    await perform(updateConnection, context, input);
  } else if (Object.keys(secrets).length > 0) {
    await perform(keepSecrets, context, { holder: before.object, secrets });
  }
}
