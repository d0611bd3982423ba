/** Streams by the names that people type. */
import type { StreamInfo, StreamRef } from '../domain/schema.ts';
import { infersTypes, type Connection, type Context } from '../sdk/index.ts';

type SourceFacts = NonNullable<Connection['source']>;

/** `public.orders` → namespace and name, where the source has namespaces at all. Patterns stay patterns. */
export function readStreamName(text: string, defaultNamespace: string | undefined): StreamRef {
  const dot = text.indexOf('.');
  if (defaultNamespace === undefined || dot < 1 || dot === text.length - 1) return { name: text };
  return { namespace: text.slice(0, dot), name: text.slice(dot + 1) };
}

/**
 * Opens the source, asks it, closes it. Each stream once, whatever patterns name it. `typed` = read files to find their
 * types: only for people who look, since a run finds them by itself where it needs them. `guesses`: as `Source.discover` has it.
 */
export async function discoverStreams(
  source: SourceFacts,
  context: Context,
  wanted?: readonly StreamRef[],
  { typed = false, guesses = false }: { readonly typed?: boolean; readonly guesses?: boolean } = {},
): Promise<readonly StreamInfo[]> {
  await using opened = await source.open(context);
  const found = await opened.discover(wanted, { guesses });
  const streams = [...new Map(found.map((info) => [JSON.stringify([info.stream.namespace, info.stream.name]), info])).values()];
  if (!typed || !infersTypes(opened)) return streams;
  const inferred: StreamInfo[] = [];
  for (const stream of streams) inferred.push(await opened.inferTypes(stream));
  return inferred;
}
