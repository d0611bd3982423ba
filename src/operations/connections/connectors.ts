import { z } from 'zod';
import { registry } from '../../connectors/registry.ts';
import { defineOperation } from '../operation.ts';

export const listConnectors = defineOperation({
  name: 'connectors.list',
  summary: 'List the connectors with the schemas of their settings',
  scope: 'connections:read',
  access: { level: 'none' },
  input: z.strictObject({}),
  output: z.object({
    data: z.array(z.object({ name: z.string(), title: z.string(), settings: z.record(z.string(), z.json()) })),
  }),
  async run() {
    const connectors = await Promise.all(registry.map(({ load }) => load()));
    return {
      data: connectors.map(({ name, title, config }) => ({
        name,
        title,
        // A JSON schema is JSON; what has no form there (preprocessing) is described by what comes out of it.
        settings: z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }) as Record<string, z.core.util.JSONType>,
      })),
    };
  },
});
