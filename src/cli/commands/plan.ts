import type { FlowPlan } from '../../engine/flow.ts';
import { planFlow } from '../../engine/preview.ts';
import type { Command } from '../command.ts';
import { exit, type ExitCode } from '../exit.ts';
import { isHostedImport } from '../hosted.ts';
import { planLines } from '../render/plan.ts';
import { readCount } from '../request.ts';
import { runFlows } from '../run-flows.ts';
import { eitherPlaces } from '../session.ts';

export const plan: Command = async ({ positionals, values }, world) => {
  const { terminal } = world;
  const samples = values.limit === undefined ? 5 : readCount('limit', values.limit);
  const report = async (planned: FlowPlan): Promise<ExitCode> => {
    if (terminal.json) await terminal.record('plan', { ...planned });
    else await terminal.result(`${planLines(planned, samples, terminal.paint, terminal.width).join('\n')}\n`);
    return exit.done;
  };
  const places = eitherPlaces(positionals, world);
  if (await isHostedImport(places, world)) {
    const { askPlan, lookHosted } = await import('./look-hosted.ts');
    return await lookHosted(places.source, values, world, askPlan, report);
  }
  return (await runFlows(places, values, world, { doing: 'planning', together: false, run: planFlow, report })).code;
};
