import { verifyFlow } from '../../engine/verify.ts';
import type { Command } from '../command.ts';
import { exit } from '../exit.ts';
import { verificationLines } from '../render/verification.ts';
import { runFlows } from '../run-flows.ts';
import { eitherPlaces } from '../session.ts';

export const verify: Command = async ({ positionals, values }, world) => {
  const { terminal } = world;
  const { code } = await runFlows(eitherPlaces(positionals, world), values, world, {
    doing: 'verifying',
    together: false,
    run: verifyFlow,
    report: async (verification) => {
      if (terminal.json) await terminal.record('verification', { ...verification });
      else await terminal.result(verificationLines(verification, terminal.paint).join('\n'));
      return verification.equal ? exit.done : exit.failed;
    },
  });
  return code;
};
