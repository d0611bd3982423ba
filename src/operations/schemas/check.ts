import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { checkDefinition, definition } from './schema.ts';

export const checkSchema = defineOperation({
  name: 'schemas.check',
  summary: 'Is this a schema? Everything that is wrong with it, without keeping it',
  scope: 'schemas:read',
  // It looks at nothing but what it is given.
  access: { level: 'none' },
  input: z.strictObject({ definition }),
  output: z.object({}),
  run: (_context, { definition: given }) => {
    checkDefinition(given, 'of this request');
    return Promise.resolve({});
  },
});
