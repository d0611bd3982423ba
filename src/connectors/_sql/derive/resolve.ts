/**
 * Which profile each row of a delta is about. docs/profiles.md has the rule in words: a given id; else the profile of the
 * first identity that has one; else one of the rows that this publish brings together; else a new one, made of the first
 * identity that is there. The outcome depends on the rows alone, not on their order.
 */
import type { Derivation } from '../../../sdk/index.ts';
import { quoteText } from '../names.ts';
import { delta } from './delta.ts';
import type { Grammar, Transaction } from './grammar.ts';
import type { Tables } from './tables.ts';

export interface Resolution {
  readonly derive: Derivation;
  readonly tables: Tables;
  readonly number: number;
}

/** Rows that no identity led anywhere yet, what they were found to be about, and identities that lead somewhere from now on. */
const [open, solved, links] = ['hg_open', 'hg_solved', 'hg_links'];

const nodes = (derive: Derivation, from: string, where: string): string =>
  derive.identities
    .map(({ type }, i) => `select ${quoteText(type)} as type, i${i + 1} as value, profile from ${from} where i${i + 1} is not null${where}`)
    .join(' union all ');

/** The profile of the first identity in a list of places that know some. */
function known(derive: Derivation, place: (i: number) => string): { readonly joins: string; readonly profile: string } {
  const joins = derive.identities.map(
    ({ type }, i) => `left join ${place(i)} x${i + 1} on x${i + 1}.type = ${quoteText(type)} and x${i + 1}.value = d.i${i + 1}`,
  );
  const found = derive.identities.map((_, i) => `x${i + 1}.profile`);
  return { joins: joins.join(' '), profile: `coalesce(${found.join(', ')})` };
}

export async function resolveProfiles(grammar: Grammar, tx: Transaction, of: Resolution): Promise<{ linked: number; conflicts: number }> {
  const { derive, tables, number } = of;
  const d = grammar.temp(delta);
  if (derive.identities.length === 0) return { linked: 0, conflicts: 0 };
  const kind = quoteText(derive.kind);
  const stored = known(derive, () => `(select * from ${tables.identities} where kind = ${kind})`);
  const identities = derive.identities.map((_, i) => `d.i${i + 1}`).join(', ');
  await tx.run(
    grammar.createTemp(
      solved,
      `select d.line, d.gone, ${identities}, coalesce(d.p0, ${stored.profile}) as profile from ${d} d ${stored.joins}`,
    ),
  );
  await tx.run(grammar.createTemp(open, `select * from ${grammar.temp(solved)} where profile is null and not gone`));
  await tx.run(`delete from ${grammar.temp(solved)} where profile is null`);
  await tx.run(grammar.createTemp(links, `select type, value, profile from ${tables.identities} where false`));
  await addLinks(grammar, tx, of);
  await settle(grammar, tx, of);
  const linked = await tx.run(
    `insert into ${tables.identities} (kind, type, value, profile, import) select ${kind}, type, value, profile, ${number} from ${grammar.temp(links)}`,
  );
  return { linked, conflicts: await countConflicts(grammar, tx, of) };
}

/** Identities of the rows that are settled, where they lead nowhere yet. Of several profiles the first in order of its id gets one. */
async function addLinks(grammar: Grammar, tx: Transaction, { derive, tables }: Resolution): Promise<void> {
  const l = grammar.temp(links);
  const taken = `select 1 from ${tables.identities} x where x.kind = ${quoteText(derive.kind)} and x.type = n.type and x.value = n.value`;
  await tx.run(
    `insert into ${l} select n.type, n.value, min(n.profile) from (${nodes(derive, grammar.temp(solved), ' and not gone')}) n ` +
      `where not exists (${taken}) and not exists (select 1 from ${l} y where y.type = n.type and y.value = n.value) group by n.type, n.value`,
  );
}

/** Rows that are still open follow what was linked; where that ends, the strongest identity founds new profiles. */
async function settle(grammar: Grammar, tx: Transaction, of: Resolution): Promise<void> {
  const { derive } = of;
  const [o, s] = [grammar.temp(open), grammar.temp(solved)];
  const linked = known(derive, () => grammar.temp(links));
  const identities = derive.identities.map((_, i) => `d.i${i + 1}`).join(', ');
  const close = async (): Promise<number> => tx.run(`delete from ${o} where line in (select line from ${s})`);
  const isOpen = async (): Promise<boolean> => Number((await tx.first(`select count(*) from ${o}`))[0]) > 0;
  const follow = async (): Promise<void> => {
    for (;;) {
      const found = await tx.run(
        `insert into ${s} select d.line, d.gone, ${identities}, ${linked.profile} from ${o} d ${linked.joins} where ${linked.profile} is not null`,
      );
      if (found === 0) return;
      await close();
      await addLinks(grammar, tx, of);
    }
  };
  for (const [i, { type }] of derive.identities.entries()) {
    if (!(await isOpen())) return;
    await follow();
    const made = grammar.digest(`${quoteText(`${derive.kind}\n${type}\n`)} || d.i${i + 1}`);
    await tx.run(`insert into ${s} select d.line, d.gone, ${identities}, ${made} from ${o} d where d.i${i + 1} is not null`);
    await close();
    await addLinks(grammar, tx, of);
  }
}

/** The rows of the delta, each with its profile; NULL for an event about nobody and for a row that is gone and led nowhere. */
export function withProfiles(grammar: Grammar, { identities }: Derivation): string {
  const d = grammar.temp(delta);
  if (identities.length === 0) return `(select d.*, d.p0 as profile from ${d} d)`;
  return `(select d.*, o.profile from ${d} d left join ${grammar.temp(solved)} o on o.line = d.line)`;
}

/** A single kind of identity without a given id cannot lead two ways. */
async function countConflicts(grammar: Grammar, tx: Transaction, { derive, tables }: Resolution): Promise<number> {
  if (derive.identities.length === 1 && derive.id === undefined) return 0;
  const [count] = await tx.first(
    `select count(*) from (${nodes(derive, grammar.temp(solved), ' and not gone')}) n join ${tables.identities} x ` +
      `on x.kind = ${quoteText(derive.kind)} and x.type = n.type and x.value = n.value where x.profile <> n.profile`,
  );
  return Number(count);
}
