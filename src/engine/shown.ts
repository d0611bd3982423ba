/** Under a schema, fields that are texts are read as people see them in a spreadsheet (docs/files.md). */
import { HeadgateError } from '../domain/error.ts';
import { isAsShown } from '../domain/rules.ts';
import type { StreamInfo, StreamRef } from '../domain/schema.ts';
import type { SchemaFile } from '../rules/schema-file.ts';
import type { Connection, Context } from '../sdk/index.ts';
import { schemaShape } from './schema-shape.ts';
import { discoverStreams } from './streams.ts';

type SourceFacts = NonNullable<Connection['source']>;

/** A source with its streams. */
interface Read {
  readonly source: SourceFacts;
  readonly streams: readonly StreamInfo[];
}

/** The same where nothing is shown otherwise; else the source is asked once more. `schema` absent = none holds. */
export async function readAsShown(
  read: Read,
  context: Context,
  wanted: readonly StreamRef[] | undefined,
  schema: SchemaFile | undefined,
): Promise<Read> {
  const [stream] = read.streams;
  const fields = schema && stream ? shownFields(schema, stream) : [];
  if (fields.length === 0 || !read.source.asShown) return read;
  const source = read.source.asShown(fields);
  const streams = await discoverStreams(source, context, wanted);
  // A name that is a day itself is called as it was.
  return namesOf(streams) === namesOf(read.streams) ? { source, streams } : read;
}

const namesOf = (streams: readonly StreamInfo[]): string =>
  JSON.stringify(streams.map(({ schema }) => schema.fields.map(({ name }) => name)));

/** What is wrong with the schema is said when the flow is built. */
function shownFields(schema: SchemaFile, stream: StreamInfo): readonly string[] {
  if (!stream.shows) return [];
  try {
    const { select = [] } = schemaShape(schema, stream);
    const asked = select.filter((_, at) => schema.fields[at] && isAsShown(schema.fields[at]));
    return asked.filter((name) => stream.shows?.includes(name));
  } catch (error) {
    if (error instanceof HeadgateError) return [];
    throw error;
  }
}
