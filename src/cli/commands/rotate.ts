import { rotateMasterKey } from '../../app.ts';
import { readConfig } from '../../config.ts';
import type { Command } from '../command.ts';
import { exit } from '../exit.ts';
import { grouped } from '../../domain/count.ts';

export const rotate: Command = async ({ values }, { env, stateDir, terminal }) => {
  const options = { dataDir: values['data-dir'], databaseUrl: values['database-url'], role: 'worker' };
  const config = readConfig({ HEADGATE_DATA_DIR: stateDir, ...env }, options);
  const secrets = await rotateMasterKey(config, env['HEADGATE_NEW_MASTER_KEY'] || undefined);
  if (terminal.json) await terminal.record('rotated', { secrets });
  else await terminal.result(`the master key is new; ${grouped(secrets)} secrets were wrapped with it, API keys stay valid`);
  return exit.done;
};
