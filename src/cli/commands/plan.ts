import { planFlow } from '../../engine/preview.ts';
import type { Command } from '../command.ts';
import { exit } from '../exit.ts';
import { planLines } from '../render/plan.ts';
import { readCount } from '../request.ts';
import { runFlows } from '../run-flows.ts';
import { eitherPlaces } from '../session.ts';

export const plan: Command = async ({ positionals, values }, world) => {
  const { terminal } = world;
  const samples = values.limit === undefined ? 5 : readCount('limit', values.limit);
  const { code } = await runFlows(eitherPlaces(positionals, world), values, world, {
    doing: 'planning',
    together: false,
    run: planFlow,
    report: async (planned) => {
      if (terminal.json) await terminal.record('plan', { ...planned });
      else await terminal.result(`${planLines(planned, samples, terminal.paint, terminal.width).join('\n')}\n`);
      return exit.done;
    },
  });
  return code;
};
