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
  /** Of the import. */
  readonly number: number;
}

/** Rows that no stored identity leads anywhere, what was found out about them, and identities that lead somewhere from now on. */
const [open, solved, links] = ['hg_open', 'hg_solved', 'hg_links'];

export interface Resolved {
  /** The rows of the delta, each with its profile; NULL for an event about nobody and for a row that is gone and led nowhere. */
  readonly rows: string;
  readonly linked: number;
  readonly conflicts: number;
}

export async function resolveProfiles(grammar: Grammar, tx: Transaction, of: Resolution): Promise<Resolved> {
  const { derive, tables, number } = of;
  const d = grammar.temp(delta);
  const settledRows = `(select d.*, d.settled as profile from ${d} d)`;
  if (derive.identities.length === 0) return { rows: settledRows, linked: 0, conflicts: 0 };
  await tx.run(
    grammar.createTemp(
      links,
      'select cast(null as varchar) as type, cast(null as varchar) as value, cast(null as varchar) as profile, 0 as rivals limit 0',
    ),
  );
  const known = await tx.first(countKnown(derive, d));
  const [loose = 0, unknown = 0, rivals = 0] = known.map(Number);
  if (loose > 0)
    await link(
      grammar,
      tx,
      nodes(
        derive,
        `(select d.*, d.settled as profile from ${d} d) x`,
        (i) => `not gone and profile is not null and i${i} is not null and f${i} is null`,
      ),
    );
  if (unknown > 0) await settle(grammar, tx, of);
  const l = grammar.temp(links);
  const [among] = await tx.first(`select coalesce(sum(rivals), 0) from ${l}`);
  const linked = await tx.run(
    `insert into ${tables.identities} (kind, type, value, profile, import) select ${quoteText(derive.kind)}, type, value, profile, ${number} from ${l}`,
  );
  const rows = `(select d.*, coalesce(d.settled, o.found) as profile from ${d} d left join ${grammar.temp(solved)} o on o.line = d.${grammar.place})`;
  return { rows: unknown > 0 ? rows : settledRows, linked, conflicts: rivals + Number(among) };
}

/** Identities of settled rows that lead nowhere, rows that are not settled, identities that lead somewhere else. */
function countKnown({ identities }: Derivation, from: string): string {
  const sum = (condition: (i: number) => string): string =>
    identities.map((_, i) => `count(*) filter (where not gone and settled is not null and ${condition(i + 1)})`).join(' + ');
  const loose = sum((i) => `i${i} is not null and f${i} is null`);
  const someone = identities.map((_, i) => `i${i + 1}`).join(', ');
  const unknown = `count(*) filter (where not gone and settled is null and coalesce(${someone}) is not null)`;
  return `select ${loose} as loose, ${unknown} as unknown, ${sum((i) => `f${i} <> settled`)} as rivals from ${from}`;
}

const nodes = ({ identities }: Derivation, from: string, where: (i: number) => string): string =>
  identities
    .map(({ type }, i) => `select ${quoteText(type)} as type, i${i + 1} as value, profile from ${from} where ${where(i + 1)}`)
    .join(' union all ');

/** Where several profiles want one identity, the first in the order of their ids gets it. */
async function link(grammar: Grammar, tx: Transaction, found: string): Promise<void> {
  const l = grammar.temp(links);
  await tx.run(
    `insert into ${l} select n.type, n.value, min(n.profile), case when min(n.profile) <> max(n.profile) then 1 else 0 end from (${found}) n ` +
      `where not exists (select 1 from ${l} y where y.type = n.type and y.value = n.value) group by n.type, n.value`,
  );
}

/** Rows that are still open follow what was linked; where that ends, the strongest identity founds new profiles. */
async function settle(grammar: Grammar, tx: Transaction, of: Resolution): Promise<void> {
  const { derive } = of;
  const [o, s, l] = [grammar.temp(open), grammar.temp(solved), grammar.temp(links)];
  const who = derive.identities.map((_, i) => `i${i + 1}`);
  const everyone = `select ${grammar.place} as line, ${who.join(', ')} from ${grammar.temp(delta)} where not gone and settled is null and coalesce(${who.join(', ')}) is not null`;
  await tx.run(grammar.createTemp(open, everyone));
  await tx.run(grammar.createTemp(solved, `select line, cast(null as varchar) as found, 0 as turn from ${o} limit 0`));
  let left = Number((await tx.first(`select count(*) from ${o}`))[0]);
  let turn = 0;
  /** Settles rows of a query of line and profile, and links their identities; false = there were none. */
  const close = async (query: string): Promise<boolean> => {
    const found = await tx.run(`insert into ${s} select line, found, ${(turn += 1)} from (${query}) q`);
    if (found === 0) return false;
    left -= found;
    const fresh = `(select d.*, n.found as profile from ${o} d join ${s} n on n.line = d.line where n.turn = ${turn})`;
    await link(
      grammar,
      tx,
      nodes(derive, `${fresh} x`, (i) => `i${i} is not null`),
    );
    if (left > 0) await tx.run(`delete from ${o} where line in (select line from ${s} where turn = ${turn})`);
    return true;
  };
  const joins = derive.identities.map(
    ({ type }, i) => `left join ${l} x${i + 1} on x${i + 1}.type = ${quoteText(type)} and x${i + 1}.value = d.i${i + 1}`,
  );
  const linked = `coalesce(${derive.identities.map((_, i) => `x${i + 1}.profile`).join(', ')})`;
  const follow = `select d.line, ${linked} as found from ${o} d ${joins.join(' ')} where ${linked} is not null`;
  for (const [i, { type }] of derive.identities.entries()) {
    while (left > 0 && (await hasLinks(tx, l)) && (await close(follow)));
    if (left === 0) return;
    const made = grammar.digest(`${quoteText(`${derive.kind}\n${type}\n`)} || i${i + 1}`);
    await close(`select line, ${made} as found from ${o} where i${i + 1} is not null`);
  }
}

async function hasLinks(tx: Transaction, links: string): Promise<boolean> {
  return Number((await tx.first(`select count(*) from ${links}`))[0]) > 0;
}
