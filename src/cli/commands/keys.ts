import { HeadgateError } from '../../domain/error.ts';
import type { Key } from '../../client/generated.ts';
import { own } from '../../domain/own.ts';
import { connectServer, type Connected } from '../client.ts';
import type { Arguments, Command, World } from '../command.ts';
import { exit } from '../exit.ts';
import { headerLine, layout, rowLine } from '../render/table.ts';

/** The token only where it was made just now. */
type Shown = Key & { readonly token?: string };

/** Each answers the keys that it was about. */
const verbs: Readonly<Record<string, (client: Connected, args: Arguments) => Promise<readonly Shown[]>>> = {
  list: async (client) => await client.all('keys.list', {}),
  create: async (client, { positionals, values }) => {
    const [, name = 'key'] = positionals;
    const body = {
      name,
      scopes: values.scope ?? ['*'],
      ...(values.expires !== undefined && { expires_at: values.expires }),
      ...(values.principal !== undefined && { principal: values.principal }),
    };
    return [await client.call('keys.create', body)];
  },
  revoke: async (client, { positionals }) => {
    const [, id] = positionals;
    if (id === undefined) throw new HeadgateError('usage.arguments', 'keys revoke: name the id of the key');
    return [await client.call('keys.revoke', { key: id })];
  },
};

export const keys: Command = async (args, world) => {
  const [verb = ''] = args.positionals;
  if (verb === 'rotate') {
    const { rotate } = await import('./rotate.ts');
    return await rotate(args, world);
  }
  const run = own(verbs, verb);
  if (!run)
    throw new HeadgateError('usage.arguments', `keys: there is no keys ${verb}`.trim(), {
      hint: 'create, list, revoke or rotate',
    });
  await show(await run(await connectServer(world, args.values), args), world);
  return exit.done;
};

async function show(found: readonly Shown[], { terminal }: World): Promise<void> {
  if (terminal.json) {
    for (const key of found) await terminal.record('key', { ...key });
    return;
  }
  const rows = found.map(({ id, name, scopes, expires_at, last_used_at, revoked_at }) => {
    return [id, name, scopes.join(' '), expires_at, last_used_at, revoked_at];
  });
  const table = layout(
    ['id', 'name', 'scopes', 'expires', 'last used', 'revoked'].map((title) => ({ title })),
    rows,
  );
  await terminal.result([headerLine(table, terminal.paint), ...rows.map((row) => rowLine(table, row))].join('\n'));
  for (const { token } of found) if (token !== undefined) await terminal.result(`its token, shown only now: ${token}`);
}
