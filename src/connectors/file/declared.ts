/** What the settings of a file say about its columns, by their places: it wins over what the file says. Pure. */
import { HeadgateError } from '../../domain/error.ts';
import { plainNames } from '../../domain/plain-names.ts';
import type { Field, Schema } from '../../domain/schema.ts';
import { parseType } from '../../domain/types.ts';
import { label, type FileConfig } from './location.ts';

type Declared = Pick<FileConfig, 'path' | 'naming' | 'columns' | 'overrides'>;

/** Throws `file.format` where the columns that are named are not those that are there. */
export function declaredNames(config: Declared, found: readonly string[]): readonly string[] {
  const { naming, columns, overrides = {} } = config;
  if (columns && columns.length !== found.length) {
    throw new HeadgateError(
      'file.format',
      `reading ${label(config.path)}: it has ${found.length} columns, and ${columns.length} were named`,
    );
  }
  const names = naming === 'plain' ? plainNames(found) : found;
  return names.map((name, at) => overrides[at]?.name ?? columns?.[at]?.name ?? name);
}

/** Throws `usage.type`. */
export function declaredTypes({ columns, overrides = {} }: Declared, { fields, ...rest }: Schema): Schema {
  const typed = fields.map((field, at) => {
    const type = overrides[at]?.type ?? columns?.[at]?.type;
    return type === undefined ? field : { name: field.name, nullable: field.nullable, ...typeOf(type) };
  });
  return { ...rest, fields: typed };
}

/** `varchar(20)` is a text that says how long it may be. */
function typeOf(text: string): Pick<Field, 'type' | 'characters'> {
  const characters = /^varchar\(([1-9]\d{0,6})\)$/i.exec(text.trim())?.[1];
  return characters === undefined ? { type: parseType(text) } : { type: { kind: 'text' }, characters: Number(characters) };
}
