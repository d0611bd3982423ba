import type { Command } from '../command.ts';
import { exit } from '../exit.ts';
import { ownPackage } from '../package-info.ts';

export const version: Command = async (_args, { terminal }) => {
  const { version: number } = ownPackage();
  if (terminal.json) await terminal.record('version', { version: number, node: process.versions.node });
  else await terminal.result(`headgate ${number}`);
  return exit.done;
};
