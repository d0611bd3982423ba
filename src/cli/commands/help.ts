import { commands } from '../catalog.ts';
import type { Command } from '../command.ts';
import { exit } from '../exit.ts';
import { generalOptions, optionInfo } from '../options.ts';
import { needCommand } from '../parse.ts';
import { commandLines, overviewLines } from '../render/help.ts';

export const help: Command = async ({ positionals }, { terminal }) => {
  const [name] = positionals;
  const chosen = name === undefined ? undefined : needCommand(name);
  if (terminal.json) {
    for (const { name: command, usage, summary, examples, options } of chosen ? [chosen] : commands) {
      const all = [...options, ...generalOptions].map((option) => ({ name: option, ...optionInfo(option) }));
      await terminal.record('command', { name: command, usage, summary, examples, options: all });
    }
    return exit.done;
  }
  const width = Math.min(terminal.width ?? 100, 120);
  const lines = chosen ? commandLines(chosen, terminal.paint, width) : overviewLines(terminal.paint);
  await terminal.result(lines.join('\n').trimEnd());
  return exit.done;
};
