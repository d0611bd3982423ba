import { config } from '../_pg/config.ts';
import { defineConnector } from '../../sdk/index.ts';
import { identity, parseLocation } from './config.ts';

/** Read by cursor: the cluster has no COPY to its clients. */
export const redshift = defineConnector({
  name: 'redshift',
  title: 'Amazon Redshift',
  config,
  parse: parseLocation,
  identity,
  source: {
    modes: ['snapshot'],
    pushdown: ['select', 'where', 'rename', 'query'],
    defaultNamespace: 'public',
    produces: () => ['csv'],
    open: async (settings, context) => new (await import('./source.ts')).RedshiftSource(settings, context),
  },
});
