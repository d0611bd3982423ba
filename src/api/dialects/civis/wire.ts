/** How clients of this vocabulary write requests, and how lists are paged. Pure. */
import { z } from 'zod';

/** Their values are data with keys of their own. */
const opaque: ReadonlySet<string> = new Set(['arguments', 'ontologyMapping', 'preferences', 'params']);
/** Their keys are data, what is below them is not. */
const keyed: ReadonlySet<string> = new Set(['columnOverrides']);
/** Where null says something: it never expires. */
const nullable: ReadonlySet<string> = new Set(['expiresAt']);

const camel = (name: string): string => name.replaceAll(/_([a-z])/gi, (_, letter: string) => letter.toUpperCase());
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Both spellings of a key are one; null is as if it had not been sent. */
function plainBody(value: unknown, keysAreData = false): unknown {
  if (Array.isArray(value)) return value.filter((one) => one !== null).map((one) => plainBody(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
      const key = keysAreData ? name : camel(name);
      if (inner === null && !nullable.has(key)) return [];
      return [[key, opaque.has(key) ? inner : plainBody(inner, keyed.has(key))]];
    }),
  );
}

function plainQuery(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]: [string, unknown]) => [snake(name), inner]));
}

/** Nothing at all is an empty body: pages are fetched without one. */
export const spelled = (value: unknown, part: 'query' | 'body'): unknown =>
  part === 'query' ? plainQuery(value) : plainBody(value ?? {});

const asFlag = (text: string): boolean | undefined => {
  if (/^(?:true|1)$/i.test(text)) return true;
  return /^(?:false|0)$/i.test(text) ? false : undefined;
};

/** `True`, `false`, `1`. */
export const flag = z
  .union([z.boolean(), z.string().refine((text) => asFlag(text) !== undefined, 'true or false')])
  .transform((value) => (typeof value === 'boolean' ? value : asFlag(value) === true));

/** A number of a query or a path. */
export const whole = (most = 2 ** 31 - 1) => z.coerce.number().int().min(0).max(most);

export const id = z
  .number()
  .int()
  .min(1)
  .max(2 ** 53 - 1);

/** A list for which one value alone may be sent. */
export const listOf = <T>(item: z.ZodType<T>) => z.union([z.array(item).max(10_000), item.transform((one) => [one])]);

/** `Dbsync,AutoImport`; repeated names count as well. */
export const commaList = <T>(item: z.ZodType<T, string>) =>
  z
    .union([z.string().max(10_000), z.array(z.string())])
    .transform((value) =>
      (typeof value === 'string' ? value : value.join(','))
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item));

/** The query of a list; a limit above the most is the most. */
export function paging(most: number, usual: number, orders: readonly [string, ...string[]], direction: 'asc' | 'desc' = 'desc') {
  return {
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .default(usual)
      .transform((limit) => Math.min(limit, most)),
    page_num: z.coerce
      .number()
      .int()
      .min(1)
      .max(2 ** 31)
      .default(1),
    order: z.enum(orders).default(orders[0]),
    order_dir: z.enum(['asc', 'desc']).default(direction),
  };
}

export interface Paged {
  readonly limit: number;
  readonly page_num: number;
}

export interface Listed<T> {
  readonly rows: readonly T[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Behind the last page there is an empty one: clients ask until they see it. */
export function pageOf<T>(all: readonly T[], { limit, page_num }: Paged): Listed<T> {
  const from = (page_num - 1) * limit;
  return { rows: all.slice(from, from + limit), headers: pageHeaders(all.length, { limit, page_num }) };
}

export function pageHeaders(total: number, { limit, page_num }: Paged): Readonly<Record<string, string>> {
  const names = {
    'x-pagination-current-page': String(page_num),
    'x-pagination-total-pages': String(Math.ceil(total / limit)),
    'x-pagination-total-entries': String(total),
    'x-pagination-per-page': String(limit),
  };
  const exposed = Object.keys(names).map((name) =>
    name.replaceAll(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase()),
  );
  return { ...names, 'access-control-expose-headers': exposed.join(', ') };
}

/** By the texts or numbers of a key; NULL first. */
export function sorted<T>(rows: readonly T[], key: (row: T) => string | number | null, direction: 'asc' | 'desc'): readonly T[] {
  const sign = direction === 'asc' ? 1 : -1;
  const rank = (row: T): string | number => key(row) ?? '';
  return rows.toSorted((a, b) => (rank(a) < rank(b) ? -sign : rank(a) > rank(b) ? sign : 0));
}
