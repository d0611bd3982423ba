import { defineConnector } from '../../sdk/index.ts';
import { config, identity, parseLocation } from './config.ts';
import { neverInNames } from './names.ts';
import { nativeType } from './types.ts';

/** A connection means one database, so names have no namespace. */
export const mysql = defineConnector({
  name: 'mysql',
  title: 'MySQL / MariaDB',
  config,
  parse: parseLocation,
  identity,
  source: {
    modes: ['snapshot', 'incremental'],
    pushdown: ['select', 'where', 'rename', 'mask', 'query'],
    produces: () => ['csv'],
    open: async (settings, context) => new (await import('./source.ts')).MysqlSource(settings, context),
  },
  destination: {
    modes: ['append', 'replace', 'merge', 'mirror'],
    // Column names that differ only in case are one; on some systems tables are too.
    identifiers: { maxBytes: 64, foldsCase: true, never: neverInNames },
    accepts: () => ['csv'],
    loads: () => false,
    parallelWriters: false,
    types: nativeType,
    open: async (settings, context) => new (await import('./destination.ts')).MysqlDestination(settings, context),
  },
});
