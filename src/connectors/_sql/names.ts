import { HeadgateError } from '../../domain/error.ts';
import type { TableRef } from '../../domain/schema.ts';

/** A name as SQL takes it, whatever is in it. Throws `usage.arguments` for a NUL, which no database can hold. */
export function quoteName(name: string): string {
  if (name.includes('\0')) throw new HeadgateError('usage.arguments', 'a name holds a NUL character');
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal of standard SQL: backslashes are ordinary characters. */
export function quoteText(value: string): string {
  if (value.includes('\0')) throw new HeadgateError('usage.arguments', 'a value holds a NUL character');
  return `'${value.replaceAll("'", "''")}'`;
}

/** A table's name with its namespace. */
export function quoteTable({ namespace, name }: TableRef): string {
  return namespace === undefined ? quoteName(name) : `${quoteName(namespace)}.${quoteName(name)}`;
}

/** `"a", "b"`, each led by an alias where one is given. */
export function nameList(names: readonly string[], alias?: string): string {
  return names.map((name) => (alias === undefined ? quoteName(name) : `${alias}.${quoteName(name)}`)).join(', ');
}
