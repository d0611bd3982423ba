/** Objects of a bucket of an S3-compatible service, fetched into scratch. */
import { mkdtemp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HeadgateError } from '../../../domain/error.ts';
import type { Context } from '../../../sdk/index.ts';
import { S3Storage } from '../../../storage/s3.ts';
import { pinnedTo } from '../../_net/dial.ts';
import type { FileConfig } from '../location.ts';
import type { Found } from './plain.ts';
import { spool } from './spool.ts';
import { bounded } from './unpack.ts';
import { grouped } from '../../../domain/count.ts';

type Bucket = NonNullable<FileConfig['bucket']>;

type Place = Pick<Context, 'scratch' | 'signal' | 'net'>;

interface Wanted extends Pick<FileConfig, 'limit'> {
  readonly bucket: Bucket;
  /** Objects of one stream. */
  readonly mostFiles: number;
}

/**
 * Those of each path in the order of their keys: the object itself, else all below the folder. Throws `file.missing` where there is
 * none, `file.limit`, `connect.forbidden`, `access.denied`, `storage.unreachable`, `disk.full`, `run.cancelled`.
 */
export async function objectsAt(
  paths: readonly string[],
  { bucket, mostFiles, ...wanted }: Wanted,
  context: Place,
): Promise<readonly Found[]> {
  const storage = await opened(bucket, context);
  const found: Found[] = [];
  for (const path of paths) {
    const keys = await keysAt(storage, path.replace(/^\/+/, ''), mostFiles);
    if (keys.length === 0) throw new HeadgateError('file.missing', `reading s3://${bucket.name}: there is nothing at ${path}`);
    for (const key of keys) {
      const folder = await mkdtemp(join(context.scratch, 'object-'));
      const name = `s3://${bucket.name}/${key}`;
      const to = join(folder, basename(key));
      const bytes = bounded(name, await storage.get(key), wanted);
      found.push({ path: await spool(bytes, to, `fetching ${name}`, context), name });
    }
  }
  return found;
}

async function opened({ name, region, endpoint, access_key, secret_key }: Bucket, { net }: Place): Promise<S3Storage> {
  const at = endpoint ?? `https://s3.${region}.amazonaws.com`;
  const pathStyle = endpoint !== undefined;
  const { hostname } = new URL(at);
  // Judged once, and every connection goes to one of the addresses that were judged.
  const addresses = await net.addresses(pathStyle ? hostname : `${name}.${hostname}`).catch((error: unknown) => {
    if (error instanceof HeadgateError) throw error;
    throw new HeadgateError('storage.unreachable', `reading s3://${name}: there is no host of that name`, { cause: error });
  });
  const place = { bucket: name, endpoint: at, region, pathStyle, accessKey: access_key, secretKey: secret_key };
  return new S3Storage({ ...place, prefix: '', direct: false, lookup: pinnedTo(addresses).lookup });
}

async function keysAt(storage: S3Storage, path: string, most: number): Promise<readonly string[]> {
  const isFolder = path === '' || path.endsWith('/');
  if (!isFolder && (await storage.size(path)) !== undefined) return [path];
  const keys: string[] = [];
  for await (const { key } of storage.list(isFolder ? path : `${path}/`)) {
    // Consoles make empty objects that stand for folders.
    if (key.endsWith('/')) continue;
    if (keys.push(key) > most) {
      const many = grouped(most);
      throw new HeadgateError('file.limit', `reading ${path}: more than ${many} objects lie there`, {
        hint: 'name fewer of them',
      });
    }
  }
  return keys;
}
