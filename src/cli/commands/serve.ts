import { once } from 'node:events';
import { startApp } from '../../app.ts';
import { readConfig, type Config } from '../../config.ts';
import type { Command, World } from '../command.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Values } from '../options.ts';
import { ownPackage } from '../package-info.ts';

export const serve: Command = async ({ values }, world) => await run(configOf(values, world), world);

export const worker: Command = async ({ values }, world) => await run(configOf({ ...values, role: 'worker' }, world), world);

function configOf(values: Values, { env, stateDir }: World): Config {
  const { role, host, port } = values;
  return readConfig(
    { HEADGATE_DATA_DIR: stateDir, ...env },
    {
      role,
      host,
      port,
      sample: values['no-sample'] ? false : undefined,
      dataDir: values['data-dir'],
      databaseUrl: values['database-url'],
      testClock: values['test-clock'],
      insecureHttp: values['insecure-http'],
    },
  );
}

/** Until somebody asks it to stop: then runs end or are handed back, and the state database last. */
async function run(config: Config, { terminal, signal }: World): Promise<ExitCode> {
  await using app = await startApp(config, ownPackage().version);
  const { url, firstKey, notes } = app;
  if (terminal.json)
    await terminal.record('serving', { role: config.role, ...(url && { url }), ...(firstKey && { key: firstKey }) });
  else {
    await terminal.result(url === undefined ? 'headgate works' : `headgate listens on ${url}`);
    for (const note of notes) await terminal.result(note);
    if (firstKey !== undefined) await terminal.result(`its admin key, shown only now: ${firstKey}`);
  }
  if (!signal.aborted) await once(signal, 'abort');
  return exit.done;
}
