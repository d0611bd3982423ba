/** Which table each stream goes into. Pure. */
import { HeadgateError } from '../domain/error.ts';
import { refName, type StreamInfo, type StreamRef, type TableRef } from '../domain/schema.ts';
import { fittingName, foldedName, isAllowed } from '../engine/names.ts';
import type { IdentifierRules } from '../sdk/index.ts';

export interface Sides {
  /** Namespace of the source that people leave out. */
  readonly sourceNamespace: string | undefined;
  readonly identifiers: IdentifierRules;
  /** Everything goes to one place whatever the table is called: a single file, stdout. */
  readonly single: boolean;
}

/**
 * The table of one stream, by the template of `--into`. A name that comes from the stream and is too long for the destination
 * is cut and gets a digest of all of it, the same in every run, and so does one with characters that it does not keep; one that a person wrote is left alone. Throws `usage.arguments`.
 */
export function targetOf(stream: StreamRef, template: string | undefined, { sourceNamespace, identifiers }: Sides): TableRef {
  const hasNamespaces = identifiers.defaultNamespace !== undefined;
  const named = (name: string, from = ''): TableRef => {
    if (name === '')
      throw new HeadgateError('usage.arguments', '--into leaves a name empty', { hint: "write it like 'raw.{stream}'" });
    return { name: from.includes('{') ? fittingName(name, identifiers) : name };
  };
  if (template === undefined) {
    const { name } = named(stream.name, '{stream}');
    const namespace = stream.namespace === undefined ? undefined : named(stream.namespace, '{namespace}').name;
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
  const part = (text: string): TableRef => named(fill(text), text);
  if (dot < 0 || !hasNamespaces) return part(template);
  return { namespace: part(template.slice(0, dot)).name, name: part(template.slice(dot + 1)).name };
}

export interface Target {
  readonly stream: StreamRef;
  readonly into: TableRef;
}

/**
 * Each stream with its table. Throws `usage.collision` where two streams would share a table, a name would be cut off, or, with
 * source and destination in one place, a stream would be written into itself.
 */
export function assignTargets(
  streams: readonly StreamInfo[],
  template: string | undefined,
  sides: Sides,
  samePlace: boolean,
): readonly (Target & { readonly info: StreamInfo })[] {
  const targets = streams.map((info) => ({ info, stream: info.stream, into: targetOf(info.stream, template, sides) }));
  requireDistinct(targets, sides);
  const { identifiers, single } = sides;
  for (const { stream, into } of samePlace ? targets : []) {
    if (stream.query !== undefined || (!single && placeOf(stream, identifiers) !== placeOf(into, identifiers))) continue;
    throw new HeadgateError('usage.collision', `${refName(stream)} would be written into itself`, {
      hint: 'name another table with --into',
    });
  }
  return targets;
}

/** Throws `usage.collision` where two streams would share a table, or a name would be cut off. */
export function requireDistinct(targets: readonly Target[], { identifiers, single }: Sides): void {
  const taken = new Map<string, Target>();
  for (const target of targets) {
    requireKept(target.into, identifiers);
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
function placeOf(table: TableRef, { foldsCase, defaultNamespace }: IdentifierRules): string {
  const place = JSON.stringify([table.namespace ?? defaultNamespace ?? '', table.name]);
  return foldsCase ? foldedName(place) : place;
}

function requireKept({ namespace, name }: TableRef, identifiers: IdentifierRules): void {
  const { maxBytes } = identifiers;
  for (const part of [namespace ?? '', name]) {
    if (!isAllowed(part, identifiers)) {
      throw new HeadgateError(
        'usage.collision',
        `the name ${JSON.stringify(part)} has characters that the destination does not keep`,
        {
          hint: 'give it another name with --into',
        },
      );
    }
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
