/** What is known of the values of a table's columns: one question about all of them, and its answer. Pure. */
import { z } from 'zod';
import { hostTypes } from './host-types.ts';
import type { Database } from './hosts.ts';

interface Column {
  readonly name: string;
  /** As we name it. */
  readonly type: string;
}

export interface Statistics {
  readonly rows: number;
  readonly values: number;
  readonly distinct: number;
  readonly least: string | null;
  readonly greatest: string | null;
  readonly average: number | null;
  readonly deviation: number | null;
}

const numeric = /^(?:smallint|integer|bigint|real|double|decimal|tinyint|hugeint|int\d*|float\d*)/;
const ordered = /^(?:date|time|timestamp|text)/;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Where names are quoted in another way there is nothing to ask but whether it answers. */
export function statisticsSql(
  { type }: Pick<Database, 'type'>,
  place: { readonly schema: string; readonly name: string },
  columns: readonly Column[],
): string {
  const speaks = ['postgres', 'duckdb'].includes(hostTypes[type]?.connector ?? '');
  if (!speaks || columns.length === 0) return 'select 1 as answers';
  const asked = columns.flatMap(({ name, type: of }) => {
    const column = quoted(name);
    const number = numeric.test(of);
    const text = (sql: string): string => `cast(${sql} as text)`;
    return [
      text(`count(${column})`),
      text(`count(distinct cast(${column} as text))`),
      number || ordered.test(of) ? text(`min(${column})`) : 'null',
      number || ordered.test(of) ? text(`max(${column})`) : 'null',
      number ? text(`avg(cast(${column} as double precision))`) : 'null',
      number ? text(`stddev_samp(cast(${column} as double precision))`) : 'null',
    ];
  });
  const named = ['cast(count(*) as text)', ...asked].map((sql, at) => `${sql} as s${at}`);
  return `select ${named.join(', ')} from ${quoted(place.schema)}.${quoted(place.name)}`;
}

const answer = z.object({ rows: z.array(z.array(z.string().nullable())) });

const numberOf = (text: string | null | undefined): number | null => (text == null ? null : Number(text));

/** By column, in the order in which they were asked about; undefined = it was another question. */
export function statisticsOf(value: unknown, columns: readonly string[]): ReadonlyMap<string, Statistics> | undefined {
  const [row] = answer.safeParse(value).data?.rows ?? [];
  if (row?.length !== 1 + 6 * columns.length) return undefined;
  return new Map(
    columns.map((name, at) => {
      const [values, distinct, least, greatest, average, deviation] = row.slice(1 + 6 * at, 7 + 6 * at);
      return [
        name,
        {
          rows: Number(row[0]),
          values: Number(values),
          distinct: Number(distinct),
          least: least ?? null,
          greatest: greatest ?? null,
          average: numberOf(average),
          deviation: numberOf(deviation),
        },
      ];
    }),
  );
}
