/** The default warehouse while a server runs on the data directory: it owns the file, so commands ask it. */
import { resolve } from 'node:path';
import { HeadgateError } from '../domain/error.ts';
import { addressIn } from '../server-file.ts';
import { ownWarehouse, settleWarehouse } from '../warehouse/place.ts';
import type { World } from './command.ts';

type Where = Pick<World, 'env' | 'stateDir'>;

/** As a server started here would have it. */
export const dataDirOf = ({ env, stateDir }: Where): string => resolve(env['HEADGATE_DATA_DIR'] || stateDir);

export const embeddedWarehouse = (where: Where): string => `duckdb:${ownWarehouse(dataDirOf(where))}`;

/** Is a server at work on the data directory? */
export async function isHosted(where: Where): Promise<boolean> {
  const url = await addressIn(dataDirOf(where)).catch(() => undefined);
  if (url === undefined) return false;
  return await fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Would rows go from a file into a warehouse that a server owns? */
export const isHostedImport = async ({ destination }: { readonly destination: string }, world: Where): Promise<boolean> =>
  destination === embeddedWarehouse(world) && (await isHosted(world));

/** Before the file itself is opened. Throws `state.locked` where a server owns it. */
export async function enterWarehouse(doing: string, world: World): Promise<void> {
  if (await isHosted(world)) {
    throw new HeadgateError('state.locked', `${doing}: a server runs on ${dataDirOf(world)}, and the warehouse is its`, {
      hint: 'use `headgate import FILE`, or a pipeline of the server; or stop it',
    });
  }
  const former = await settleWarehouse(dataDirOf(world));
  if (former !== undefined)
    world.terminal.note(`${former} is an earlier warehouse beside this one: --in duckdb:${former} reads it`);
}
