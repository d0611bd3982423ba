import { z } from 'zod';
import { openSecrets, saveSecrets } from '../../store/secrets.ts';
import { defineOperation } from '../operation.ts';

export const keepSecrets = defineOperation({
  name: 'secrets.keep',
  summary: 'Seal secrets of something that this server cannot open yet: what is left out stays',
  scope: 'connections:write',
  input: z.strictObject({ holder: z.string().min(1).max(300), secrets: z.record(z.string(), z.string()) }),
  output: z.object({}),
  async run({ db, key, workspace }, { holder, secrets }) {
    await db.tx(async (tx) => {
      await saveSecrets(tx, key, workspace, holder, { ...(await openSecrets(tx, key, workspace, holder)), ...secrets });
    });
    return {};
  },
});
