import { runFlow } from '../../engine/run.ts';
import type { Command, World } from '../command.ts';
import { isHostedImport } from '../hosted.ts';
import { exitCodeOfReceipt, type ExitCode } from '../exit.ts';
import type { Values } from '../options.ts';
import { receiptLines, summaryLines } from '../render/receipt.ts';
import { runFlows } from '../run-flows.ts';
import { importPlaces, syncPlaces, type Places } from '../session.ts';

export const sync: Command = async ({ positionals, values }, world) => run(syncPlaces(positionals, world), values, world);

export const importFile: Command = async ({ positionals, values }, world) => {
  const places = importPlaces(positionals, world);
  if (await isHostedImport(places, world))
    return await (await import('./import-hosted.ts')).importHosted(places.source, values, world);
  return await run(places, values, world);
};

async function run(places: Places, values: Values, world: World): Promise<ExitCode> {
  const { terminal } = world;
  const { results, failed, code } = await runFlows(places, values, world, {
    doing: 'syncing',
    together: true,
    run: runFlow,
    report: async (receipt) => {
      if (terminal.json) await terminal.record('receipt', { ...receipt });
      else await terminal.result(receiptLines(receipt, terminal.paint).join('\n'));
      return exitCodeOfReceipt(receipt);
    },
  });
  if (results.length + failed.length > 1 && !terminal.json) {
    await terminal.result(`\n${summaryLines(results, failed, terminal.paint, terminal.width).join('\n')}`);
  }
  return code;
}
