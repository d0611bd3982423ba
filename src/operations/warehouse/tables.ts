import { z } from 'zod';
import { quoteText } from '../../sdk/duck-sql.ts';
import { defineOperation } from '../operation.ts';
import { openWarehouse, userTables } from './warehouse.ts';

const column = z.object({ name: z.string(), type: z.string(), nullable: z.boolean() });

export const listTables = defineOperation({
  name: 'warehouse.tables',
  summary: 'List the tables of the warehouse with their columns',
  scope: 'warehouse:read',
  input: z.strictObject({}),
  output: z.object({
    data: z.array(z.object({ schema: z.string(), name: z.string(), view: z.boolean(), columns: z.array(column) })),
  }),
  async run(context) {
    await using open = await openWarehouse(context);
    const tables = await open.duck.rows(userTables);
    const columns = await open.duck.rows(
      'select table_schema, table_name, column_name, data_type, is_nullable from information_schema.columns ' +
        `where table_catalog = current_database() and table_schema <> ${quoteText('_headgate')} order by table_schema, table_name, ordinal_position`,
    );
    return {
      data: tables.map(([schema = '', name = '', kind]) => ({
        schema: schema ?? '',
        name: name ?? '',
        view: kind === 'VIEW',
        columns: columns
          .filter((one) => one[0] === schema && one[1] === name)
          .map(([, , column = '', type = '', nullable]) => ({
            name: column ?? '',
            type: type ?? '',
            nullable: nullable === 'YES',
          })),
      })),
    };
  },
});
