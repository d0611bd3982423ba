/** The one member of a zip archive that is meant. Members are read by name and never written under it. */
import { open, type Entry, type ZipFile } from 'yauzl';
import { crc32 } from 'node:zlib';
import { HeadgateError } from '../../../domain/error.ts';
import { damaged } from './unpack.ts';

export interface Archive extends AsyncDisposable {
  readonly members: readonly Entry[];
  /** The bytes of a member; throws `file.format` where they are not what the archive says, at their end. */
  read(member: Entry): AsyncGenerator<Buffer>;
}

/** Throws `file.format` for what is no sound archive, and for names that lead out of it. */
export async function openArchive(name: string, path: string): Promise<Archive> {
  const zip = await opened(name, path);
  const members: Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith('/')) members.push(entry);
  } catch (error) {
    zip.close();
    throw unsound(name, error);
  }
  return {
    members,
    read: (member) => bytesOf(name, zip, member),
    [Symbol.asyncDispose]: () => Promise.resolve(zip.close()),
  };
}

/** The member by name, or the only one; what archivers add by themselves does not count. Throws `file.format`, `file.missing`. */
export function chooseMember(name: string, members: readonly Entry[], wanted: string | undefined): Entry {
  const real = members.filter(({ fileName }) => !/^__MACOSX\/|(^|\/)\.[^/]*$/.test(fileName));
  const named = members.find(({ fileName }) => fileName === wanted);
  if (named) return named;
  const names = real.map(({ fileName }) => fileName);
  const hint = `the members are: ${names.slice(0, 20).join(', ')}`;
  if (wanted !== undefined)
    throw new HeadgateError('file.missing', `unpacking ${name}: it has no member ${JSON.stringify(wanted)}`, { hint });
  const [only] = real;
  if (only && real.length === 1) return only;
  if (!only) throw new HeadgateError('file.format', `unpacking ${name}: there is no file in it`);
  throw new HeadgateError('file.format', `unpacking ${name}: it has ${real.length} members, and none is named`, {
    hint: `name one with ?member=; ${hint}`,
  });
}

function opened(name: string, path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) =>
    open(path, { lazyEntries: true, autoClose: false, strictFileNames: true }, (error, zip) =>
      error ? reject(unsound(name, error)) : resolve(zip),
    ),
  );
}

async function* bytesOf(name: string, zip: ZipFile, member: Entry): AsyncGenerator<Buffer> {
  const doing = `unpacking ${name}`;
  if (member.isEncrypted()) throw new HeadgateError('file.format', `${doing}: the member is encrypted`);
  let sum = 0;
  try {
    const stream = await zip.openReadStreamPromise(member);
    for await (const chunk of stream) {
      const data = chunk as Buffer; // no encoding is set
      sum = crc32(data, sum);
      yield data;
    }
  } catch (error) {
    throw unsound(name, error);
  }
  if (sum !== member.crc32) throw new HeadgateError('file.format', `${doing}: the content of a member is damaged`);
}

/** The reader's words hold names and numbers of the archive only, but no code: its every complaint is about the file. */
function unsound(name: string, error: unknown): unknown {
  const doing = `unpacking ${name}`;
  if (error instanceof HeadgateError) return error;
  const known = damaged(name, error);
  if (known !== error || !(error instanceof Error) || 'code' in error) return known;
  if (/end of central directory|unexpected EOF/i.test(error.message)) {
    return new HeadgateError('file.truncated', `${doing}: its end is missing`, { cause: error });
  }
  return new HeadgateError('file.format', `${doing}: it is no sound zip archive`, { cause: error });
}
