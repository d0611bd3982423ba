/** Profiles and events as a part of a publish, out of what it is about to change in its table. */
import { rejectCodes, type DerivedCounts, type RejectCode } from '../../../domain/derivation.ts';
import type { Derivation, Forgotten, RefusedRow, TablePublish, Target } from '../../../sdk/index.ts';
import { quoteText } from '../names.ts';
import { delta, eventDelta, isPlain, keyColumn, profileDelta } from './delta.ts';
import { addEvents, labelColumns, removeEvents } from './events.ts';
import type { Grammar, Transaction } from './grammar.ts';
import { resolveProfiles, type Resolution, type Resolved } from './resolve.ts';
import { refusedSql, refuseSql, surveySql } from './survey.ts';
import { tablesIn, type Tables } from './tables.ts';

/** Tables that live as long as a publish. */
const temporary = [delta, 'hg_open', 'hg_solved', 'hg_links', 'hg_twice', 'hg_merged'];

/** What differs between systems beside their words: how profiles are stored, and how writers wait for each other. */
export interface System {
  readonly grammar: Grammar;
  readonly tx: Transaction;
  /** Creates the tables where they are missing, and keeps other writers of them out until the end of the transaction. */
  prepare(tables: Tables): Promise<void>;
  /** Statements that take back what an import wrote, and restore what it covered: each in order. */
  forget(tables: Tables, number: number): Readonly<Record<keyof Forgotten, readonly string[]>>;
  /** Something was filled and will be joined. */
  filled(table: string): Promise<void>;
  /** Applies rows of (profile, fresh, sets, unsets), several per profile in the order of gone, moment and place. */
  writeProfiles(rows: string, of: Write): Promise<{ readonly added: number; readonly changed: number }>;
}

export interface Write extends Resolution {
  /** The number of this publish, greater than that of any earlier one. */
  readonly seq: string;
  /** Is there one row per profile for certain? */
  readonly alone: boolean;
  /** As `Resolved` says. */
  readonly founders: boolean;
  /** Does every row say something that its table did not? Else it may say what the profile says already. */
  readonly differs: boolean;
  /** Can a row unset anything? */
  readonly unsets: boolean;
  /** As `isPlain` says. */
  readonly plain: boolean;
}

export interface Publishing {
  readonly system: System;
  readonly target: Target;
  readonly derive: Derivation;
  readonly pipeline: string;
  readonly run: string;
}

export class Deriver {
  readonly #of: Publishing;
  readonly #tables: Tables;
  #rejects: readonly number[] = rejectCodes.map(() => 0);
  #dropped = 0;
  #written: Omit<DerivedCounts, 'dropped' | 'cut' | 'rejects'> = { added: 0, changed: 0, removed: 0, linked: 0, conflicts: 0 };

  constructor(of: Publishing) {
    this.#of = of;
    this.#tables = tablesIn(of.derive.namespace);
  }

  /** Takes refused rows out of `stage`, once `told` has them; resolves to how many they are. First of all. */
  async refuse(stage: string, told: TablePublish['refused']): Promise<number> {
    const { grammar, tx } = this.#of.system;
    await this.#of.system.prepare(this.#tables);
    const survey = surveySql(grammar, this.#of, stage);
    if (survey === undefined) return 0;
    const counts = (await tx.first(survey)).map(Number);
    this.#rejects = counts.slice(0, rejectCodes.length);
    this.#dropped = counts.at(-1) ?? 0;
    if (this.#rejects.every((count) => count === 0)) return 0;
    await told?.(refusedRows(tx, refusedSql(grammar, this.#of, stage)));
    return await tx.run(refuseSql(grammar, this.#of, stage));
  }

  /** Before the table is written. `table`, with the condition for rows that are gone from it already: where there are rows to compare. */
  async derive(stage: string, table?: { readonly name: string; readonly softened?: string }): Promise<void> {
    const { target, derive, pipeline, run, system } = this.#of;
    const { grammar, tx } = system;
    const of = {
      target,
      derive,
      tables: this.#tables,
      pipeline,
      run,
      stage,
      ...(table && { table: table.name, ...(table.softened !== undefined && { softened: table.softened }) }),
    };
    const query = derive.into === 'profiles' ? profileDelta(grammar, of) : eventDelta(grammar, of);
    await tx.run(grammar.createTemp(delta, query));
    await system.filled(delta);
    await this.#apply(keyColumn(of));
  }

  async #apply(single: string | undefined): Promise<void> {
    const { derive, system, pipeline } = this.#of;
    const { number, seq } = await this.#register(pipeline);
    const resolution: Resolution = { derive, tables: this.#tables, number, ...(single !== undefined && { single }) };
    const resolved = await resolveProfiles(system.grammar, system.tx, resolution);
    const { linked, conflicts } = resolved;
    const written = await (derive.into === 'profiles' ? this.#profiles(resolved, resolution, seq) : this.#events(resolved, resolution, seq)); // prettier-ignore
    await this.#drop();
    this.#written = { ...written, linked, conflicts };
  }

  /** What came of it all. */
  get counts(): DerivedCounts {
    const [missing = 0, many = 0, time = 0] = this.#rejects;
    const rejects: Record<RejectCode, number> = { 'identity.missing': missing, 'attributes.limit': many, 'time.invalid': time };
    return { ...this.#written, dropped: this.#dropped, cut: this.#of.derive.cut, rejects };
  }

  async #drop(): Promise<void> {
    const { grammar, tx } = this.#of.system;
    for (const name of temporary) await tx.run(`drop table if exists ${grammar.temp(name)}`);
  }

  async #profiles(
    { rows: found, founders }: Resolved,
    resolution: Resolution,
    seq: string,
  ): Promise<Pick<DerivedCounts, 'added' | 'changed' | 'removed'>> {
    const { derive, system, target } = this.#of;
    const rows = `(select * from ${found} w where profile is not null)`;
    const { key, mode, nulls } = target.policy;
    const alone = mode !== 'append' && key?.length === 1 && key[0] === derive.id;
    const differs = mode === 'merge' || mode === 'mirror';
    const unsets = nulls === 'write' || mode === 'mirror';
    return {
      ...(await system.writeProfiles(rows, { ...resolution, seq, founders, alone, differs, unsets, plain: isPlain(this.#of) })),
      removed: 0,
    };
  }

  async #events(
    resolved: Resolved,
    resolution: Resolution,
    seq: string,
  ): Promise<Pick<DerivedCounts, 'added' | 'changed' | 'removed'>> {
    const { grammar, tx } = this.#of.system;
    for (const sql of labelColumns(resolution)) await tx.run(sql);
    const removed = await tx.run(removeEvents(grammar, resolution));
    const changed = resolution.derive.sets ? await this.#setBeside(resolved, resolution, seq) : 0;
    return { added: await tx.run(addEvents(resolved.rows, resolution, seq)), changed, removed };
  }

  /** Before events are added: one that is read again says nothing anew. Resolves to how many profiles are other than before. */
  async #setBeside({ rows, founders }: Resolved, resolution: Resolution, seq: string): Promise<number> {
    const { tables, number } = resolution;
    const known = `exists (select 1 from ${tables.events} e where e.import = ${number} and e.id = w.event)`;
    const fresh = `(select * from ${rows} w where not gone and profile is not null and not ${known})`;
    const write = { ...resolution, seq, founders, alone: false, differs: false, unsets: false, plain: isPlain(this.#of) };
    const { added, changed } = await this.#of.system.writeProfiles(fresh, write);
    return added + changed;
  }

  /** The import's own number, and that of this publish. */
  async #register(pipeline: string): Promise<{ readonly number: number; readonly seq: string }> {
    const { tx } = this.#of.system;
    const { imports } = this.#tables;
    const own = `pipeline = ${quoteText(pipeline)}`;
    const next = `(select coalesce(max(seq), 0) + 1 from ${imports})`;
    if ((await tx.run(`update ${imports} set seq = ${next} where ${own}`)) === 0) {
      const number = `(select coalesce(max(import), 0) + 1 from ${imports})`;
      await tx.run(`insert into ${imports} (import, pipeline, seq) select ${number}, ${quoteText(pipeline)}, ${next}`);
    }
    const [number, seq] = await tx.first(`select import, seq from ${imports} where ${own}`);
    return { number: Number(number), seq: seq ?? '0' };
  }
}

async function* refusedRows(tx: Transaction, sql: string): AsyncGenerator<RefusedRow> {
  for await (const [code, ...values] of tx.rows(sql)) yield { code: code as RejectCode, values }; // as `refusedSql` wrote it
}

/** Takes back all that pipelines derived, wherever that is. Inside the caller's transaction. */
export async function forgetDerived(
  system: System,
  namespaces: readonly string[],
  pipelines: readonly string[],
): Promise<Forgotten> {
  const forgotten = { events: 0, profiles: 0, identities: 0 };
  for (const tables of namespaces.map(tablesIn)) {
    await system.prepare(tables);
    for (const pipeline of pipelines) {
      const [number] = await system.tx.first(`select import from ${tables.imports} where pipeline = ${quoteText(pipeline)}`);
      if (number == null) continue;
      // Its number stays its own: profiles may still name it as the only one that has written to them.
      const statements = system.forget(tables, Number(number));
      for (const what of ['events', 'profiles', 'identities'] as const) {
        for (const sql of statements[what]) forgotten[what] += await system.tx.run(sql);
      }
    }
  }
  return forgotten;
}
