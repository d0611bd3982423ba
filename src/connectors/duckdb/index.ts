import { duckType } from '../../sdk/duck-sql.ts';
import { defineConnector } from '../../sdk/index.ts';
import { defaultNamespace } from './catalog.ts';
import { openDestination } from './destination.ts';
import { config, identity, parse } from './location.ts';
import { openSource } from './source.ts';

export const duckdb = defineConnector({
  name: 'duckdb',
  title: 'DuckDB',
  config,
  parse,
  identity,
  source: {
    modes: ['snapshot', 'incremental'],
    pushdown: ['select', 'where', 'rename', 'cast', 'mask', 'query'],
    defaultNamespace,
    produces: () => ['csv'],
    open: openSource,
  },
  destination: {
    modes: ['append', 'replace', 'merge', 'mirror'],
    // DuckDB sets no limit; longer names are a mistake somewhere else.
    identifiers: { maxBytes: 1024, foldsCase: true, defaultNamespace },
    accepts: () => ['csv'],
    loads: (format) => format === 'csv' || format === 'parquet' || format === 'ndjson',
    derives: true,
    parallelWriters: false,
    keepsVersions: true,
    types: duckType,
    open: openDestination,
  },
});
