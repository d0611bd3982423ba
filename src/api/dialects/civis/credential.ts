/** Credentials: kept sealed, never shown. Everybody has one for the databases of this server, which hold their own secrets. */
import type { Json } from '../../../domain/json.ts';
import { perform } from '../../../operations/operation.ts';
import { keepSecrets } from '../../../operations/secrets/keep.ts';
import { openSecret } from '../../../operations/secrets/open.ts';
import type { RouteContext } from '../../dialect.ts';
import { person, usernameOf } from './people.ts';

export interface CredentialData {
  readonly name: string;
  readonly type: string;
  readonly username: string;
  readonly description: string | null;
  readonly remoteHostId: number | null;
  readonly default: boolean;
  /** A principal. */
  readonly owner: string;
  readonly updatedAt: string;
}

export interface Credential extends CredentialData {
  readonly number: number;
  readonly object: string;
  readonly createdAt: string;
}

const kind = 'credential';

type Row = NonNullable<Awaited<ReturnType<RouteContext['objects']['find']>>>;

const credentialOf = (row: Row): Credential => ({
  ...(row.data as unknown as CredentialData), // written below
  number: Number(row.external_id),
  object: row.object_id,
  createdAt: row.created_at.toISOString(),
});

const plain = (data: CredentialData): Readonly<Record<string, Json>> => ({ ...data });

/** Those of the caller, and of others only for who manages the workspace. */
const isVisible = ({ actor }: RouteContext, { owner }: Credential): boolean =>
  owner === actor.principal || actor.level === 'own' || actor.level === 'manage';

export async function findCredential(context: RouteContext, number: number | string): Promise<Credential | undefined> {
  const row = await context.objects.find(kind, String(number));
  const found = row && credentialOf(row);
  return found && isVisible(context, found) ? found : undefined;
}

/** The oldest first, the caller's own default always among them. */
export async function listCredentials(context: RouteContext): Promise<readonly Credential[]> {
  await ensureDefault(context);
  const rows = await context.objects.list(kind, { limit: 10_000, offset: 0, order: 'oldest' });
  return rows.map(credentialOf).filter((one) => isVisible(context, one));
}

/** One per person, made when it is first asked for. */
async function ensureDefault(context: RouteContext): Promise<void> {
  const { objects, actor } = context;
  const object = `civis/credential/of/${actor.principal}`;
  const [known] = await objects.of(kind, [object]);
  if (known) return;
  const { principal } = await person(context, actor.principal);
  await context.tx(async (tx) => {
    const { external_id, data } = await tx.objects.numbered(kind, object, kind);
    if (typeof data === 'object' && data !== null && 'name' in data) return;
    const username = usernameOf(principal);
    const own = { name: username, type: 'Database', username, description: null, remoteHostId: null, default: true };
    await tx.objects.update(
      kind,
      external_id,
      plain({ ...own, owner: actor.principal, updatedAt: tx.clock.now().toISOString() }),
    );
  });
}

export async function insertCredential(
  context: RouteContext,
  data: Omit<CredentialData, 'updatedAt' | 'owner'>,
  password: string,
): Promise<Credential> {
  return await context.tx(async (tx) => {
    const number = await tx.objects.number(kind);
    const object = `civis/credential/${number}`;
    await perform(keepSecrets, tx, { holder: object, secrets: { password } });
    const all = { ...data, owner: tx.actor.principal, updatedAt: tx.clock.now().toISOString() };
    if (data.default) await clearDefault(tx, data.type);
    return credentialOf(await tx.objects.insert({ kind, external_id: String(number), object_id: object, data: plain(all) }));
  });
}

export async function updateCredential(
  context: RouteContext,
  { number, object, createdAt: _made, ...before }: Credential,
  changes: Partial<CredentialData>,
  password?: string,
): Promise<Credential> {
  return await context.tx(async (tx) => {
    if (password !== undefined) await perform(keepSecrets, tx, { holder: object, secrets: { password } });
    if (changes.default === true) await clearDefault(tx, changes.type ?? before.type);
    const data = { ...before, ...changes, updatedAt: tx.clock.now().toISOString() };
    const row = await tx.objects.update(kind, String(number), plain(data));
    if (!row) throw new Error('a credential that was found is there');
    return credentialOf(row);
  });
}

export async function deleteCredential(context: RouteContext, { number }: Credential): Promise<void> {
  await context.objects.delete(kind, String(number));
}

/** There is one default for each person and type. */
async function clearDefault(context: RouteContext, type: string): Promise<void> {
  for (const { number, object: _object, createdAt: _made, ...data } of await listCredentials(context)) {
    if (data.default && data.type === type && data.owner === context.actor.principal)
      await context.objects.update(kind, String(number), plain({ ...data, default: false }));
  }
}

/** For whoever makes a connection of it now. */
export async function passwordOf(context: RouteContext, { object }: Credential): Promise<string> {
  return (await perform(openSecret, context, { holder: object, name: 'password' })).value;
}
