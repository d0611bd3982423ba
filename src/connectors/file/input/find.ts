/** The files that a location means, on local disk: a path, what a pattern matches, what an address or a pipe delivers. */
import { glob, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HeadgateError } from '../../../domain/error.ts';
import type { Context } from '../../../sdk/index.ts';
import { isPattern, isUrl, label, standard, type FileConfig } from '../location.ts';
import type { Found } from './plain.ts';
import { spool } from './spool.ts';
import { bounded } from './unpack.ts';
import { grouped } from '../../../domain/count.ts';

/** What matches a pattern is opened together. */
const mostFiles = 10_000;

type Place = Pick<Context, 'scratch' | 'signal' | 'net' | 'files'>;

/** Those of each path in the order of their names. Throws `file.missing` where there is none, and what fetching throws. */
export async function findFiles(config: FileConfig, context: Place): Promise<readonly Found[]> {
  const found: Found[] = [];
  const paths = [config.path, ...(config.more ?? [])];
  if (config.bucket) {
    const { objectsAt } = await import('./bucket.ts');
    return await objectsAt(paths, { ...config, bucket: config.bucket, mostFiles }, context);
  }
  for (const path of paths) found.push(...(await filesAt(path, config, context)));
  return found;
}

async function filesAt(path: string, config: FileConfig, context: Place): Promise<readonly Found[]> {
  const { format } = config;
  if (path === standard) {
    // Of a service it is nobody's.
    if (!context.net.personal) await context.files.open(path);
    const to = join(context.scratch, `stdin.${format}`);
    return [{ path: await spool(process.stdin, to, 'reading standard input', context), name: 'standard input' }];
  }
  if (isUrl(path)) {
    const { fetched } = await import('./fetch.ts');
    const name = label(path);
    const to = join(context.scratch, `${Date.now()}-${basename(new URL(path).pathname) || 'file'}`);
    return [
      {
        path: await spool(bounded(name, fetched(path, context.net, context.signal), config), to, `fetching ${name}`, context),
        name,
      },
    ];
  }
  if (isPattern(path)) {
    throw new HeadgateError('file.missing', `reading ${path}: it names a folder or a pattern`, {
      hint: 'name one file, or several as folder/*.csv',
    });
  }
  const pattern = path.includes('*') ? await context.files.place(path) : undefined;
  if (pattern === undefined || (await isThere(pattern))) return [{ path: await context.files.open(path), name: path }];
  const paths: string[] = [];
  for await (const one of glob(pattern)) {
    if (paths.push(one) > mostFiles) {
      throw new HeadgateError('file.limit', `reading ${path}: more than ${grouped(mostFiles)} files have such a name`, {
        hint: 'name fewer of them',
      });
    }
  }
  if (paths.length === 0) throw new HeadgateError('file.missing', `reading ${path}: no file has such a name`);
  const found: Found[] = [];
  for (const one of paths.sort()) found.push({ path: await context.files.open(one), name: one });
  return found;
}

const isThere = async (path: string): Promise<boolean> =>
  await stat(path).then(
    () => true,
    () => false,
  );
