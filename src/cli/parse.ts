/** argv → command, positionals and values. Pure. Everything that is wrong is `usage.arguments` with what was likely meant. */
import { parseArgs } from 'node:util';
import { HeadgateError } from '../domain/error.ts';
import { nearest } from '../domain/nearest.ts';
import { own } from '../domain/own.ts';
import { commands, findCommand, type CommandInfo } from './catalog.ts';
import type { Arguments } from './command.ts';
import { generalOptions, isOptionName, optionInfo, options, type OptionName, type Values } from './options.ts';

export interface Invocation extends Arguments {
  readonly command: CommandInfo;
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** The words by which other tools ask for the same things. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  '--version': ['version'],
  '-v': ['version'],
  '--help': ['help'],
  '-h': ['help'],
};

/** Throws `usage.arguments`. Nothing given = help. */
export function parseCommandLine(argv: readonly string[]): Invocation {
  const [first = '--help', ...rest] = argv;
  const [name = first, ...implied] = own(aliases, first) ?? [first];
  const command = findCommand(name);
  if (!command) throw unknownCommand(name);
  const { positionals, values } = readTokens(command, [...implied, ...rest]);
  if (values.help && command.name !== 'help') return { command: needCommand('help'), positionals: [command.name], values };
  requireCount(command, positionals.length);
  return { command, positionals, values };
}

function readTokens(command: CommandInfo, args: readonly string[]): Arguments {
  const known = Object.fromEntries(
    Object.keys(options)
      .filter(isOptionName)
      .map((name) => {
        const { kind, short } = optionInfo(name);
        return [
          name,
          { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), ...(short !== undefined && { short }) },
        ];
      }),
  );
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, allowPositionals: true, tokens: true });
  const positionals: string[] = [];
  const values = new Map<OptionName, true | string | string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind === 'option') addOption(values, allowedOption(command, token), token);
  }
  // The map holds for each name the kind of value that the table says: addOption checked it.
  return { positionals, values: Object.fromEntries(values) as Values };
}

function addOption(values: Map<OptionName, true | string | string[]>, name: OptionName, token: OptionToken): void {
  const { kind, choices, value: shape } = optionInfo(name);
  if (kind === 'flag') {
    if (token.value !== undefined) throw usage(`--${name} takes no value`);
    values.set(name, true);
    return;
  }
  const text = token.value;
  // An option where a value should be is a forgotten value; `--opt=--text` says that it is meant.
  if (text === undefined || text === '' || (!token.inlineValue && text.startsWith('--'))) {
    throw usage(`--${name} needs a value`, `write --${name} ${shape ?? 'VALUE'}`);
  }
  if (choices && !choices.includes(text)) {
    const near = nearest(text, choices);
    const hint = near ? `did you mean ${near}?` : `choose one of: ${choices.join(', ')}`;
    throw usage(`--${name} cannot be ${JSON.stringify(text)}`, hint);
  }
  const earlier = values.get(name);
  values.set(name, kind === 'list' ? [...(Array.isArray(earlier) ? earlier : []), text] : text);
}

function allowedOption(command: CommandInfo, token: OptionToken): OptionName {
  const allowed = [...command.options, ...generalOptions];
  const { name, rawName } = token;
  if (isOptionName(name) && allowed.includes(name)) return name;
  if (isOptionName(name)) {
    throw usage(`${command.name} has no option ${rawName}`, `\`headgate help ${command.name}\` lists its options`);
  }
  const near = nearest(name, allowed);
  throw usage(
    `unknown option ${rawName}`,
    near ? `did you mean --${near}?` : `\`headgate help ${command.name}\` lists the options`,
  );
}

function requireCount({ name, usage: line, positionals }: CommandInfo, count: number): void {
  const wanted = `write headgate ${name} ${line}`.trimEnd();
  if (count < positionals.min) throw usage(`${name} needs ${line}`, wanted);
  // The surplus word is not repeated: it may be a location with a secret.
  if (count > positionals.max)
    throw usage(`${name} takes ${positionals.max || 'no'} argument${positionals.max === 1 ? '' : 's'}, not ${count}`, wanted);
}

export function needCommand(name: string): CommandInfo {
  const command = findCommand(name);
  if (!command) throw unknownCommand(name);
  return command;
}

function unknownCommand(name: string): HeadgateError {
  // A location in the place of the command may hold a secret.
  const shown = /[:/@]/.test(name) ? 'what comes first is not a command' : `unknown command ${JSON.stringify(name)}`;
  const names = commands.map((command) => command.name);
  const near = nearest(name, names);
  return usage(shown, near ? `did you mean headgate ${near}?` : `the commands are: ${names.join(', ')}`);
}

function usage(message: string, hint?: string): HeadgateError {
  return new HeadgateError('usage.arguments', message, hint === undefined ? {} : { hint });
}
