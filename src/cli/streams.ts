/** Which streams of a source a person means. */
import { HeadgateError } from '../domain/error.ts';
import { refName, type StreamInfo, type StreamRef } from '../domain/schema.ts';
import { readStreamName } from '../engine/streams.ts';
import type { Connection } from '../sdk/index.ts';
import type { Values } from './options.ts';

type SourceFacts = NonNullable<Connection['source']>;

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
