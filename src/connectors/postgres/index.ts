import { defineConnector } from '../../sdk/index.ts';
import { config } from '../_pg/config.ts';
import { identity, parseLocation } from './config.ts';
import { copyFormats } from './copy-out.ts';
import { producedFormats } from './select.ts';
import { nativeType } from './types.ts';

/** Every table has them already (PostgreSQL manual, System Columns). */
const systemColumns = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

export const postgres = defineConnector({
  name: 'postgres',
  title: 'PostgreSQL',
  config,
  parse: parseLocation,
  identity,
  source: {
    modes: ['snapshot', 'incremental'],
    pushdown: ['select', 'where', 'rename', 'cast', 'mask', 'query'],
    keepsTypes: true,
    defaultNamespace: 'public',
    produces: (_config, schema, projection) => producedFormats(schema, projection),
    open: async (settings, context) => new (await import('./source.ts')).PostgresSource(settings, context),
  },
  destination: {
    modes: ['append', 'replace', 'merge', 'mirror'],
    identifiers: { maxBytes: 63, foldsCase: false, defaultNamespace: 'public', reserved: systemColumns },
    accepts: () => copyFormats,
    loads: () => false,
    derives: true,
    parallelWriters: true,
    keepsVersions: true,
    types: nativeType,
    texts: (characters) => `character varying(${characters})`,
    open: async (settings, context) => new (await import('./destination.ts')).PostgresDestination(settings, context),
  },
});
