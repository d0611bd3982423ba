import { existsSync } from 'node:fs';
import { HeadgateError } from '../../domain/error.ts';
import { beginningOf } from '../../domain/statements.ts';
import type { Context, Destination, Duck, Executes, Finding, Forgets, Undoes } from '../../sdk/index.ts';
import { findingsOf } from '../_sql/check.ts';
import { readTable } from './catalog.ts';
import { explainPublish } from './explain.ts';
import { ledgerExists, readLedger, takeOver } from './ledger.ts';
import type { Config } from './location.ts';
import { publish } from './publish.ts';
import { forgetTable, undoRun } from './versions.ts';
import { openWriter } from './writer.ts';

/** Nothing creates the file before something is written to it. */
export async function openDestination(settings: Config, context: Context): Promise<Destination & Undoes & Forgets & Executes> {
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
    execute: async (statements) => await execute(await context.duck({ path }), statements),
    explain: explainPublish,
    [Symbol.asyncDispose]: async () => {
      const open = await opened?.catch(() => undefined);
      await open?.[Symbol.asyncDispose]();
    },
  };
}

/** What is about tables, and nothing that is about this machine. */
const allowed =
  /^(?:(?:insert|update|delete|drop|alter|truncate|comment|analyze|vacuum|begin|commit|rollback|with|merge)\b|create (?:or replace )?(?:(?:temp|temporary|unique) )?(?:table|view|schema|index|sequence|type)\b)/;

async function execute(duck: Duck, statements: readonly string[]): Promise<void> {
  await using open = duck;
  for (const [at, sql] of statements.entries()) {
    if (!allowed.test(beginningOf(sql)))
      throw new HeadgateError(
        'query.invalid',
        `running statement ${at + 1}: this database takes statements about its tables only`,
      );
    await open.run(sql);
  }
}

/** What keeps the file from being opened. */
export async function findings(duck: () => Promise<Duck>): Promise<readonly Finding[]> {
  return await findingsOf(async () => {
    await (await duck()).rows('select 1');
    return [];
  });
}
