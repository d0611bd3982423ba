import { z } from 'zod';
import { asHeadgateError } from '../../domain/error.ts';
import { openSecrets } from '../../store/secrets.ts';
import { silent } from '../log.ts';
import { defineOperation } from '../operation.ts';
import { enterRoom } from '../room.ts';
import { loadConnector, requireConnection } from './connection.ts';
import { outward } from './outward.ts';
import { refusePlaces } from './places.ts';

export const probeConnection = defineOperation({
  name: 'connections.probe',
  summary: 'Dial settings that are not stored',
  scope: 'connections:write',
  input: z.strictObject({
    connector: z.string().max(100),
    settings: z.record(z.string(), z.json()),
    connection: z.string().optional().meta({ description: 'Whose stored secrets fill in what is left out' }),
  }),
  output: z.object({ ok: z.boolean(), code: z.string(), message: z.string() }),
  async run(context, { connector: name, settings, connection }) {
    refusePlaces(settings);
    const { db, key, workspace } = context;
    const known = connection === undefined ? undefined : await requireConnection(context, connection);
    const secrets = known ? await openSecrets(db, key, workspace, known.id) : {};
    // What is wrong with the settings themselves is the caller's mistake, not the system's.
    const { source, destination } = (await loadConnector(name)).configure({ ...secrets, ...settings });
    try {
      await using scratch = await enterRoom(context, silent);
      await using opened = await (source ?? destination)?.open(scratch);
      const wrong = ((await opened?.check()) ?? []).find(({ level }) => level === 'error');
      return wrong
        ? { ok: false, ...outward({ code: wrong.code, message: wrong.message }) }
        : { ok: true, code: '', message: '' };
    } catch (error) {
      const { code, message } = asHeadgateError(error, 'connecting');
      return { ok: false, ...outward({ code, message }) };
    }
  },
});
