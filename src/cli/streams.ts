/** Which streams of a source a person means. */
import { HeadgateError } from '../domain/error.ts';
import { refName, type StreamInfo, type StreamRef } from '../domain/schema.ts';
import { infersTypes, type Connection, type Context } from '../sdk/index.ts';
import type { Values } from './options.ts';

type SourceFacts = NonNullable<Connection['source']>;

/** `public.orders` → namespace and name, where the source has namespaces at all. Patterns stay patterns. */
export function readStreamName(text: string, defaultNamespace: string | undefined): StreamRef {
  const dot = text.indexOf('.');
  if (defaultNamespace === undefined || dot < 1 || dot === text.length - 1) return { name: text };
  return { namespace: text.slice(0, dot), name: text.slice(dot + 1) };
}

/** The streams that the options ask for; absent = whatever there is. Throws `usage.arguments`. */
export function wantedStreams(
  values: Values,
  source: Pick<SourceFacts, 'defaultNamespace' | 'pushdown'>,
): readonly StreamRef[] | undefined {
  const { stream, query, name } = values;
  if (query === undefined) {
    if (name !== undefined) throw new HeadgateError('usage.arguments', '--name names the stream of --query, which is missing');
    return stream?.map((text) => readStreamName(text, source.defaultNamespace));
  }
  if (stream)
    throw new HeadgateError('usage.arguments', '--stream and --query exclude each other', { hint: 'run the query on its own' });
  if (!source.pushdown.includes('query')) {
    throw new HeadgateError('usage.arguments', 'this source cannot run a query', {
      hint: 'use --select and --where, or import it and query the warehouse',
    });
  }
  return [{ name: name ?? 'query', query }];
}

/**
 * Opens the source, asks it, closes it. Each stream once, whatever patterns name it. `typed` = read files to find their
 * types: only for people who look, since a run finds them by itself where it needs them.
 */
export async function discoverStreams(
  source: SourceFacts,
  context: Context,
  wanted?: readonly StreamRef[],
  typed = false,
): Promise<readonly StreamInfo[]> {
  await using opened = await source.open(context);
  const found = await opened.discover(wanted);
  const streams = [...new Map(found.map((info) => [JSON.stringify([info.stream.namespace, info.stream.name]), info])).values()];
  if (!typed || !infersTypes(opened)) return streams;
  const inferred: StreamInfo[] = [];
  for (const stream of streams) inferred.push(await opened.inferTypes(stream));
  return inferred;
}

/** Nobody writes many tables by forgetting an option. Throws `usage.arguments`. */
export function requireChoice(streams: readonly StreamInfo[], wanted: readonly StreamRef[] | undefined): void {
  if (wanted || streams.length <= 1) {
    if (streams.length === 0) throw new HeadgateError('stream.missing', 'the source has no streams');
    return;
  }
  const [first] = streams;
  throw new HeadgateError('usage.arguments', `the source has ${streams.length} streams, and none is named`, {
    hint: `name them with --stream, e.g. --stream ${first ? refName(first.stream) : 'NAME'}, or --stream '*.*' for all`,
  });
}
