import type { Verification } from '../../engine/flow.ts';
import { verifyFlow } from '../../engine/verify.ts';
import type { Command } from '../command.ts';
import { exit, type ExitCode } from '../exit.ts';
import { isHostedImport } from '../hosted.ts';
import { verificationLines } from '../render/verification.ts';
import { runFlows } from '../run-flows.ts';
import { eitherPlaces } from '../session.ts';

export const verify: Command = async ({ positionals, values }, world) => {
  const { terminal } = world;
  const report = async (verification: Verification): Promise<ExitCode> => {
    if (terminal.json) await terminal.record('verification', { ...verification });
    else await terminal.result(verificationLines(verification, terminal.paint).join('\n'));
    return verification.equal ? exit.done : exit.failed;
  };
  const places = eitherPlaces(positionals, world);
  if (await isHostedImport(places, world)) {
    const { askVerification, lookHosted } = await import('./look-hosted.ts');
    return await lookHosted(places.source, values, world, askVerification, report);
  }
  return (await runFlows(places, values, world, { doing: 'verifying', together: false, run: verifyFlow, report })).code;
};
