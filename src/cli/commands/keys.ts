import { HeadgateError } from '../../domain/error.ts';
import { connectServer, type Client, type Reply } from '../client.ts';
import type { Arguments, Command, World } from '../command.ts';
import { exit } from '../exit.ts';
import { headerLine, layout, rowLine } from '../render/table.ts';

/** Each answers the keys that it was about. */
const verbs: Readonly<Record<string, (client: Client, args: Arguments) => Promise<readonly Reply[]>>> = {
  list: async (client) => {
    const keys: Reply[] = [];
    for (let cursor = ''; ;) {
      const { data, next_cursor } = await client.ask('GET', `/keys?limit=200${cursor}`);
      keys.push(...(data as readonly Reply[])); // by the API document
      if (typeof next_cursor !== 'string') return keys;
      cursor = `&cursor=${encodeURIComponent(next_cursor)}`;
    }
  },
  create: async (client, { positionals, values }) => {
    const [, name = 'key'] = positionals;
    const body = {
      name,
      scopes: values.scope ?? ['*'],
      ...(values.expires !== undefined && { expires_at: values.expires }),
      ...(values.principal !== undefined && { principal: values.principal }),
    };
    return [await client.ask('POST', '/keys', body)];
  },
  revoke: async (client, { positionals }) => {
    const [, id] = positionals;
    if (id === undefined) throw new HeadgateError('usage.arguments', 'keys revoke: name the id of the key');
    return [await client.ask('DELETE', `/keys/${encodeURIComponent(id)}`)];
  },
};

export const keys: Command = async (args, world) => {
  const [verb = ''] = args.positionals;
  if (verb === 'rotate') {
    const { rotate } = await import('./rotate.ts');
    return await rotate(args, world);
  }
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (!run)
    throw new HeadgateError('usage.arguments', `keys: there is no keys ${verb}`.trim(), {
      hint: 'create, list, revoke or rotate',
    });
  await show(await run(await connectServer(world, args.values), args), world);
  return exit.done;
};

async function show(found: readonly Reply[], { terminal }: World): Promise<void> {
  if (terminal.json) {
    for (const key of found) await terminal.record('key', key);
    return;
  }
  const text = (value: unknown): string | null =>
    typeof value === 'string' ? value : Array.isArray(value) ? value.join(' ') : null;
  const rows = found.map((key) =>
    ['id', 'name', 'scopes', 'expires_at', 'last_used_at', 'revoked_at'].map((name) => text(key[name])),
  );
  const table = layout(
    ['id', 'name', 'scopes', 'expires', 'last used', 'revoked'].map((title) => ({ title })),
    rows,
  );
  await terminal.result([headerLine(table, terminal.paint), ...rows.map((row) => rowLine(table, row))].join('\n'));
  for (const { token } of found) if (typeof token === 'string') await terminal.result(`its token, shown only now: ${token}`);
}
