/** The generated parts of docs/cli.md: a test compares them with what stands there. */
import { commands, type CommandInfo } from '../catalog.ts';
import { flowOptions, generalOptions, type OptionName } from '../options.ts';
import { optionMeaning, optionSyntax } from './help.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** A Markdown table of options. */
export function optionTable(names: readonly OptionName[]): string {
  const rows = names.map((name) => `| \`${cell(optionSyntax(name))}\` | ${cell(optionMeaning(name))} |`);
  return ['| option | meaning |', '| --- | --- |', ...rows].join('\n');
}

/** A Markdown section of one command: usage, what it does, examples, its own options. */
function commandSection({ name, usage, summary, details, examples, options }: CommandInfo): string {
  const shared = flowOptions.every((option) => options.includes(option));
  const own = shared ? options.filter((option) => !flowOptions.includes(option)) : options;
  const lines = examples.map(({ line, says }) => `# ${says}\n${line}`).join('\n');
  const parts = [
    `### headgate ${name}`,
    `\`headgate ${name}${usage === '' ? '' : ` ${usage}`}\`: ${summary}.`,
    ...details,
    ...(lines === '' ? [] : [`\`\`\`sh\n${lines}\n\`\`\``]),
    ...(shared ? ['Takes the [options of flows](#options-of-flows).'] : []),
    ...(own.length > 0 ? [optionTable(own)] : []),
  ];
  return parts.join('\n\n');
}

/** Everything that the table of commands and options decides, in the order of docs/cli.md. */
export function reference(): string {
  return [
    '## Commands',
    ...commands.map(commandSection),
    '## Options of flows',
    'sync, import, plan and verify describe flows with the same options.',
    optionTable(flowOptions),
    '## General options',
    optionTable(generalOptions),
  ].join('\n\n');
}
