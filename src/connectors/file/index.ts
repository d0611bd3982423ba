/** Files as they come: csv, spreadsheets, JSON and Parquet, packed or not, on disk, in a pipe or at an address; csv, JSON lines and Parquet are written. */
import { defineConnector } from '../../sdk/index.ts';
import { typeName } from '../../domain/types.ts';
import { fileConfig, label, parseLocation, requireWritable, standard, type FileConfig } from './location.ts';

export const file = defineConnector<FileConfig>({
  name: 'file',
  title: 'File',
  config: fileConfig,
  parse: parseLocation,
  identity: ({ path }) => `file:${label(path)}`,
  source: {
    modes: ['snapshot'],
    pushdown: [],
    // The original file, whole: whoever loads or converts it reads it once.
    produces: ({ format }) => [format],
    open: async (config, context) => {
      const { FileSource } = await import('./source.ts');
      return new FileSource(config, context);
    },
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
      if (config.path === standard) {
        const { StdoutDestination } = await import('./stdout.ts');
        return new StdoutDestination(config.format, context);
      }
      const { FileDestination } = await import('./destination.ts');
      return new FileDestination(config, context);
    },
  },
});
