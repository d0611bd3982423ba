/** Files as they come: csv, spreadsheets, JSON and Parquet, packed or not, on disk, in a pipe or at an address; csv, JSON lines and Parquet are written. */
import { defineConnector, type Context } from '../../sdk/index.ts';
import { typeName } from '../../domain/types.ts';
import { withShown } from './shown.ts';
import { fileConfig, isPattern, parseLocation, placeOf, requireWritable, standard, type FileConfig } from './location.ts';

export const file = defineConnector<FileConfig>({
  name: 'file',
  title: 'File',
  config: fileConfig,
  parse: parseLocation,
  identity: placeOf,
  holdsFiles: ({ bucket }) => bucket !== undefined,
  source: {
    modes: ['snapshot'],
    pushdown: [],
    // The original file, whole: whoever loads or converts it reads it once.
    produces: ({ format }) => [format],
    open: async (config, context) => {
      const { FileSource } = await import('./source.ts');
      return new FileSource(config, context);
    },
    asShown: withShown,
  },
  destination: {
    modes: ['replace', 'append'],
    // Column names are compared without case when a file is read again.
    identifiers: { maxBytes: 255, foldsCase: true },
    accepts: ({ format, path }) => (path === standard && format === 'parquet' ? [] : [format]),
    loads: () => false,
    parallelWriters: false,
    types: typeName,
    open: async (config, context) => {
      requireWritable(config);
      // Of a service it is nobody's: `place` refuses it.
      if (config.path === standard && context.net.personal) {
        const { StdoutDestination } = await import('./stdout.ts');
        return new StdoutDestination(config.format, context);
      }
      const { FileDestination } = await import('./destination.ts');
      return new FileDestination({ ...config, path: await placed(config.path, context) }, context);
    },
  },
});

/** The folder that a pattern begins with decides; what `{stream}` stands for holds no slash. */
async function placed(path: string, { files }: Context): Promise<string> {
  if (!isPattern(path)) return await files.place(path);
  const until = path.includes('{') ? path.indexOf('{') : path.length;
  const folder = path.slice(0, path.lastIndexOf('/', until - 1) + 1);
  return `${await files.place(folder || '.')}/${path.slice(folder.length)}`;
}
