/**
 * Which profile each row of a delta is about. docs/profiles.md has the rule in words: a given id; else the profile of the
 * first identity that has one; else one of the rows that this publish brings together; else a new one, made of the first
 * identity that is there. The outcome depends on the rows alone, not on their order.
 */
import type { Derivation } from '../../../sdk/index.ts';
import { quoteText } from '../names.ts';
import { delta, founded } from './delta.ts';
import type { Grammar, Transaction } from './grammar.ts';
import type { Tables } from './tables.ts';

export interface Resolution {
  readonly derive: Derivation;
  readonly tables: Tables;
  /** Of the import. */
  readonly number: number;
  /** As `keyColumn` says. */
  readonly single?: string;
}

/** Rows that no stored identity leads anywhere, what was found out about them, and identities that lead somewhere from now on. */
const [open, solved, links] = ['hg_open', 'hg_solved', 'hg_links'];

export interface Resolved {
  /**
   * The rows of the delta, each with its `profile`; NULL for an event about nobody and for a row that is gone and led nowhere.
   * `fresh`: there is none yet.
   */
  readonly rows: string;
  /** Does every row that is `open` and `fresh` found a profile of its own, which no other row is about? */
  readonly founders: boolean;
  readonly linked: number;
  readonly conflicts: number;
}

export async function resolveProfiles(grammar: Grammar, tx: Transaction, of: Resolution): Promise<Resolved> {
  const { derive } = of;
  const d = grammar.temp(delta);
  const rows = `(select d.*, d.own as profile, d.own_fresh as fresh from ${d} d)`;
  if (derive.identities.length === 0) return { rows, founders: false, linked: 0, conflicts: 0 };
  const [loose = 0, open = 0, conflicts = 0, strangers = 0] = (await tx.first(countKnown(derive, d))).map(Number);
  if (loose + open === 0) return { rows, founders: false, linked: 0, conflicts };
  const found = nodes(derive, d, 'own', (i) => `not gone and i${i} is not null`);
  const shared = sharedSql(grammar, of, d);
  if (shared === undefined || Number((await tx.first(shared))[0]) === 0) {
    return { rows, founders: strangers === 0, linked: await tx.run(linkSql(of, found)), conflicts };
  }
  const { linked, rivals } = await resolveTogether(grammar, tx, of, { loose, open });
  const together =
    `(select d.*, coalesce(o.found, d.own) as profile, p.id is null as fresh from ${d} d left join ${grammar.temp(solved)} o on o.line = d.${grammar.place} ` +
    `left join ${of.tables.profiles} p on p.kind = ${quoteText(derive.kind)} and p.id = coalesce(o.found, d.own))`;
  return { rows: open > 0 ? together : rows, founders: false, linked, conflicts: conflicts + rivals };
}

/** Some rows have an identity in common that leads nowhere yet. */
async function resolveTogether(
  grammar: Grammar,
  tx: Transaction,
  of: Resolution,
  { loose, open }: { readonly loose: number; readonly open: number },
): Promise<{ readonly linked: number; readonly rivals: number }> {
  const l = grammar.temp(links);
  await tx.run(
    grammar.createTemp(
      links,
      'select cast(null as varchar) as type, cast(null as varchar) as value, cast(null as varchar) as profile, 0 as rivals limit 0',
    ),
  );
  if (loose > 0) {
    const found = nodes(of.derive, grammar.temp(delta), 'own', (i) => `not gone and not open and i${i} is not null`);
    await link(grammar, tx, found);
  }
  if (open > 0) await settle(grammar, tx, of);
  const [rivals] = await tx.first(`select coalesce(sum(rivals), 0) from ${l}`);
  return { linked: await tx.run(linkSql(of, `select type, value, profile from ${l}`)), rivals: Number(rivals) };
}

const linkSql = ({ derive, tables, number }: Resolution, found: string): string =>
  `insert into ${tables.identities} (kind, type, value, profile, import) select ${quoteText(derive.kind)}, type, value, profile, ${number} from (${found}) f`;

/**
 * Identities of settled rows that lead nowhere, rows that are not settled, identities that lead somewhere else, settled rows whose
 * profile is not there yet.
 */
function countKnown({ identities }: Derivation, from: string): string {
  const loose = identities.map((_, i) => `count(i${i + 1}) filter (where not open)`).join(' + ');
  return `select ${loose} as loose, count(*) filter (where open) as open, coalesce(sum(rivals), 0) as rivals, count(*) filter (where own_fresh and not open) as strangers from ${from} where not gone`;
}

/** The number of identities that lead nowhere yet and that several rows have; equal digests may count as one. Absent = there can be none. */
function sharedSql(grammar: Grammar, { derive: { identities }, single }: Resolution, from: string): string | undefined {
  const types = identities.map(({ type }) => type);
  const all = identities.flatMap(({ column, type }, i) => {
    if (column === single && types.filter((other) => other === type).length === 1) return [];
    return [
      `select ${grammar.hash(`i${i + 1}`, types.indexOf(type))} as h from ${from} where not gone and i${i + 1} is not null`,
    ];
  });
  if (all.length === 0) return undefined;
  return `select count(*) from (select h from (${all.join(' union all ')}) n group by h having count(*) > 1) s`;
}

const nodes = ({ identities }: Derivation, from: string, profile: string, where: (i: number) => string): string =>
  identities
    .map(
      ({ type }, i) =>
        `select ${quoteText(type)} as type, i${i + 1} as value, ${profile} as profile from ${from} where ${where(i + 1)}`,
    )
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
  const everyone = `select ${grammar.place} as line, ${who.join(', ')} from ${grammar.temp(delta)} where open`;
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
      nodes(derive, `${fresh} x`, 'profile', (i) => `i${i} is not null`),
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
    const made = founded(grammar, derive.kind, type, `i${i + 1}`);
    await close(`select line, ${made} as found from ${o} where i${i + 1} is not null`);
  }
}

async function hasLinks(tx: Transaction, links: string): Promise<boolean> {
  return Number((await tx.first(`select count(*) from ${links}`))[0]) > 0;
}
