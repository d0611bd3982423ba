import type { ZodType } from 'zod';
import { HeadgateError } from '../domain/error.ts';
import type { Projection, ReadMode, WriteMode } from '../domain/policy.ts';
import type { Schema } from '../domain/schema.ts';
import type { LogicalType } from '../domain/types.ts';
import type { Context } from './context.ts';
import type { Destination } from './destination.ts';
import type { FormatName, Source } from './source.ts';

/** Steps that a source takes over by itself, at no cost worth naming. */
export type Pushdown = 'select' | 'where' | 'rename' | 'cast' | 'mask' | 'query';

export interface IdentifierRules {
  /** Longest name in bytes. */
  readonly maxBytes: number;
  /** Do names that differ only in case mean the same thing? */
  readonly foldsCase: boolean;
  /** Column names that the system keeps for itself, in lower case. */
  readonly reserved?: readonly string[];
  /** Parts that no name may have, as a pattern with the flag `g`; a zero byte is one everywhere. */
  readonly never?: RegExp;
  /** Namespace of a table that is named without one; absent = the system has none. */
  readonly defaultNamespace?: string;
}

export interface SourceDefinition<C> {
  readonly modes: readonly ReadMode[];
  readonly pushdown: readonly Pushdown[];
  /** Does a read end with `stream.changed` where a number is no longer of the portable type that was discovered? */
  readonly keepsTypes?: boolean;
  readonly defaultNamespace?: string;
  /** Formats in which these fields can be read, best first. */
  produces(config: C, schema: Schema, projection: Projection): readonly FormatName[];
  open(config: C, context: Context): Promise<Source>;
  /** The settings with which fields are read as people see them in a spreadsheet. Absent = they see what is held. */
  asShown?(config: C, fields: ShownFields): C;
}

/** These fields as they are shown, or all with what is shown `beside` what is held (two-texts.ts). */
export type ShownFields = 'beside' | readonly string[];

export interface DestinationDefinition<C> {
  readonly modes: readonly WriteMode[];
  readonly identifiers: IdentifierRules;
  /** Formats that a writer takes, best first. */
  accepts(config: C): readonly FormatName[];
  /** Can a writer `load` a file of this format by itself? */
  loads(format: FormatName): boolean;
  /** Can a publish make profiles and events of the rows (`Target.derive`)? */
  readonly derives?: boolean;
  /** Do several writers per table load at the same time, and does it help? */
  readonly parallelWriters: boolean;
  /** Do its destinations have the facet `Undoes`? */
  readonly keepsVersions?: boolean;
  /** The native type that holds every value of the logical one; absent = none does (`type.unsupported`). */
  types(type: LogicalType): string | undefined;
  /** The native type of texts of at most so many characters; absent = it has none. */
  texts?(characters: number): string | undefined;
  open(config: C, context: Context): Promise<Destination>;
}

export interface ConnectorDefinition<C> {
  readonly name: string;
  readonly title: string;
  /** Field metadata (`.meta({ secret: true, example: … })`) becomes form, docs and redaction. */
  readonly config: ZodType<C>;
  /** Settings from the location that people type; environment variables fill what it leaves out. */
  parse(location: string, env: Readonly<Record<string, string | undefined>>): unknown;
  /** The system and place that this connection means, without secrets: part of a pipeline's identity. */
  identity(config: C): string;
  /** Does it hold many files, of which a flow may name some? Absent = never. */
  holdsFiles?(config: C): boolean;
  readonly source?: SourceDefinition<C>;
  readonly destination?: DestinationDefinition<C>;
}

type Bound<T> = {
  readonly [K in keyof T]: K extends 'asShown'
    ? (fields: ShownFields) => Bound<T>
    : T[K] extends (config: never, ...rest: infer A) => infer R
      ? K extends 'produces' | 'accepts' | 'open'
        ? (...rest: A) => R
        : T[K]
      : T[K];
};

/** A configured connector: its facts and its doors, with the settings already inside. */
export interface Connection {
  readonly connector: string;
  readonly identity: string;
  readonly source?: Bound<SourceDefinition<unknown>>;
  readonly destination?: Bound<DestinationDefinition<unknown>>;
  /** Only of one that holds many files: the same with further settings, `path` among them. Throws `usage.arguments`. */
  with?(settings: Readonly<Record<string, unknown>>): Connection;
}

export interface Connector {
  readonly name: string;
  readonly title: string;
  readonly config: ZodType;
  /** Checks the settings and binds them. Throws `usage.arguments` naming every bad one, never its value. */
  configure(raw: unknown): Connection;
  /** The settings that a location means, as a server stores them; nothing is checked. */
  settings(location: string, env: Readonly<Record<string, string | undefined>>): unknown;
  /** `configure` of what a location means. */
  locate(location: string, env: Readonly<Record<string, string | undefined>>): Connection;
}

function bound<C>(source: SourceDefinition<C>, settings: C): Bound<SourceDefinition<unknown>> {
  const { asShown, ...facts } = source;
  return {
    ...facts,
    produces: (schema: Schema, projection: Projection) => source.produces(settings, schema, projection),
    open: (context: Context) => source.open(settings, context),
    ...(asShown && { asShown: (fields: ShownFields) => bound(source, asShown(settings, fields)) }),
  };
}

/** Turns a definition into what the registry holds. */
export function defineConnector<C>(definition: ConnectorDefinition<C>): Connector {
  const { name, title, config, source, destination } = definition;
  const configure = (raw: unknown): Connection => {
    const parsed = config.safeParse(raw);
    if (!parsed.success) {
      const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`);
      throw new HeadgateError('usage.arguments', `checking the ${title} settings: ${problems.join('; ')}`);
    }
    const settings = parsed.data;
    return {
      connector: name,
      identity: definition.identity(settings),
      ...(definition.holdsFiles?.(settings) && {
        with: (more: Readonly<Record<string, unknown>>) => configure({ ...(settings as object), ...more }), // settings are an object
      }),
      ...(source && { source: bound(source, settings) }),
      ...(destination && {
        destination: {
          ...destination,
          accepts: () => destination.accepts(settings),
          open: (context: Context) => destination.open(settings, context),
        },
      }),
    };
  };
  const settings: Connector['settings'] = (location, env) => definition.parse(location, env);
  return { name, title, config, configure, settings, locate: (location, env) => configure(settings(location, env)) };
}
