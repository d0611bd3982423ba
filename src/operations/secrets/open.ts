import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { openSecrets } from '../../store/secrets.ts';
import { defineOperation } from '../operation.ts';

/** No route answers with it: it is for whoever makes a connection of what was kept. */
export const openSecret = defineOperation({
  name: 'secrets.open',
  summary: 'Open a secret that was kept',
  scope: 'connections:write',
  input: z.strictObject({ holder: z.string().min(1).max(300), name: z.string() }),
  output: z.object({ value: z.string() }),
  async run({ db, key, workspace }, { holder, name }) {
    const value = (await openSecrets(db, key, workspace, holder))[name];
    if (typeof value === 'string') return { value };
    throw new HeadgateError('object.missing', 'nothing was kept under that name');
  },
});
