/** Which table each stream goes into. Pure. */
import { HeadgateError } from '../domain/error.ts';
import { refName, type StreamRef, type TableRef } from '../domain/schema.ts';
import type { IdentifierRules } from '../sdk/index.ts';

export interface Sides {
  /** Namespace of the source that people leave out. */
  readonly sourceNamespace: string | undefined;
  readonly identifiers: IdentifierRules;
  /** Everything goes to one place whatever the table is called: a single file, stdout. */
  readonly single: boolean;
}

/** The table of one stream, by the template of `--into`. Throws `usage.arguments`. */
export function targetOf(stream: StreamRef, template: string | undefined, { sourceNamespace, identifiers }: Sides): TableRef {
  const hasNamespaces = identifiers.defaultNamespace !== undefined;
  if (template === undefined) {
    const { namespace, name } = stream;
    return namespace === undefined || namespace === sourceNamespace || !hasNamespaces ? { name } : { namespace, name };
  }
  const fill = (text: string): string =>
    text.replace(/\{([^}]*)\}/g, (_whole, word: string) => {
      const value = word === 'stream' ? stream.name : word === 'namespace' ? (stream.namespace ?? sourceNamespace) : undefined;
      if (value !== undefined) return value;
      const message =
        word === 'namespace' ? `${stream.name} has no namespace to fill {namespace} with` : `--into does not know {${word}}`;
      throw new HeadgateError('usage.arguments', message, { hint: 'a template may hold {stream} and {namespace}' });
    });
  // Split before filling: a dot inside a stream's name is part of the name.
  const dot = template.indexOf('.');
  if (dot < 0 || !hasNamespaces) return named(fill(template));
  return { namespace: named(fill(template.slice(0, dot))).name, name: named(fill(template.slice(dot + 1))).name };
}

function named(name: string): TableRef {
  if (name !== '') return { name };
  throw new HeadgateError('usage.arguments', '--into leaves a name empty', { hint: "write it like 'raw.{stream}'" });
}

export interface Target {
  readonly stream: StreamRef;
  readonly into: TableRef;
}

/** Throws `usage.collision` where two streams would share a table, or a name would be cut off. */
export function requireDistinct(targets: readonly Target[], { identifiers, single }: Sides): void {
  const taken = new Map<string, Target>();
  for (const target of targets) {
    requireLength(target.into, identifiers);
    const place = single ? '' : placeOf(target.into, identifiers);
    const other = taken.get(place);
    if (other) {
      const both = `${refName(other.stream)} and ${refName(target.stream)}`;
      const where = single ? 'the same file' : `the table ${refName(target.into)}`;
      const hint = single
        ? 'give each stream its own file: a path with {stream} in it'
        : "give each stream its own table, e.g. --into '{namespace}_{stream}'";
      throw new HeadgateError('usage.collision', `${both} would both go into ${where}`, { hint });
    }
    taken.set(place, target);
  }
}

/** Equal for names that the destination takes for one. */
export function placeOf(table: TableRef, { foldsCase, defaultNamespace }: IdentifierRules): string {
  const place = JSON.stringify([table.namespace ?? defaultNamespace ?? '', table.name]);
  return foldsCase ? place.toLowerCase() : place;
}

function requireLength({ namespace, name }: TableRef, { maxBytes }: IdentifierRules): void {
  for (const part of [namespace ?? '', name]) {
    const bytes = Buffer.byteLength(part);
    if (bytes <= maxBytes) continue;
    throw new HeadgateError(
      'usage.collision',
      `the name ${part} has ${bytes} bytes, and the destination keeps only ${maxBytes}`,
      {
        hint: 'give it a shorter name with --into',
      },
    );
  }
}
