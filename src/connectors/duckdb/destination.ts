import { existsSync } from 'node:fs';
import type { Context, Destination, Duck, Finding, Forgets, Undoes } from '../../sdk/index.ts';
import { findingsOf } from '../_sql/check.ts';
import { readTable } from './catalog.ts';
import { explainPublish } from './explain.ts';
import { ledgerExists, readLedger, takeOver } from './ledger.ts';
import type { Config } from './location.ts';
import { publish } from './publish.ts';
import { forgetTable, undoRun } from './versions.ts';
import { openWriter } from './writer.ts';

/** Nothing creates the file before something is written to it. */
export async function openDestination(settings: Config, context: Context): Promise<Destination & Undoes & Forgets> {
  const path = await context.files.place(settings.path);
  let opened: Promise<Duck> | undefined;
  const duck = (): Promise<Duck> => (opened ??= context.duck({ path }));
  const known = (): boolean => opened !== undefined || existsSync(path);
  return {
    check: async () => (known() ? await findings(duck) : []),
    describe: async (table) => (known() ? await readTable(await duck(), table) : undefined),
    ledger: async (pipeline) => (known() && (await ledgerExists(await duck())) ? await readLedger(await duck(), pipeline) : []),
    claim: async (pipeline, fence) => await takeOver(await duck(), pipeline, fence),
    // A connection of its own per writer: tables load side by side.
    open: async (request) => await openWriter(await context.duck({ path }), context, request),
    publish: async (request) => await publish(await duck(), context, request),
    undo: async (request) => await undoRun(await duck(), request),
    forget: async (table, pipelines) =>
      known() ? await forgetTable(await duck(), table, pipelines) : { events: 0, profiles: 0, identities: 0 },
    explain: explainPublish,
    [Symbol.asyncDispose]: async () => {
      const open = await opened?.catch(() => undefined);
      await open?.[Symbol.asyncDispose]();
    },
  };
}

/** What keeps the file from being opened. */
export async function findings(duck: () => Promise<Duck>): Promise<readonly Finding[]> {
  return await findingsOf(async () => {
    await (await duck()).rows('select 1');
    return [];
  });
}
