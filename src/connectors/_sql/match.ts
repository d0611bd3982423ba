import { HeadgateError } from '../../domain/error.ts';
import { nearest } from '../../domain/nearest.ts';
import { refName, type StreamInfo, type StreamRef } from '../../domain/schema.ts';

function matches(pattern: string, name: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 's').test(name);
}

function wants(wanted: StreamRef, stream: StreamRef, defaultNamespace: string): boolean {
  const namespace = stream.namespace ?? defaultNamespace;
  if (matches(wanted.namespace ?? defaultNamespace, namespace) && matches(wanted.name, stream.name)) return true;
  return wanted.namespace === undefined && matches(wanted.name, `${namespace}.${stream.name}`);
}

/**
 * The streams that the names ask for, in the order of `streams`: exact names, or with `*`; a bare name means the default
 * namespace. Throws `stream.missing` for a name that none answers to, with the nearest one as the hint.
 */
export function matchStreams<T extends Pick<StreamInfo, 'stream'>>(
  wanted: readonly StreamRef[],
  streams: readonly T[],
  defaultNamespace: string,
): readonly T[] {
  for (const ref of wanted) {
    if (streams.some(({ stream }) => wants(ref, stream, defaultNamespace))) continue;
    const names = streams.map(({ stream }) => refName(stream));
    const near = nearest(refName(ref), names) ?? nearest(`${defaultNamespace}.${refName(ref)}`, names);
    throw new HeadgateError('stream.missing', `looking for ${refName(ref)}: there is no such stream`, {
      ...(near !== undefined && { hint: `did you mean ${near}?` }),
    });
  }
  return streams.filter(({ stream }) => wanted.some((ref) => wants(ref, stream, defaultNamespace)));
}
