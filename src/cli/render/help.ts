import { commands, type CommandInfo } from '../catalog.ts';
import { generalOptions, optionInfo, type OptionName } from '../options.ts';
import type { Paint } from '../terminal.ts';
import { pad } from './width.ts';

/** Whoever sees the overview knows them. */
const obvious: ReadonlySet<string> = new Set(['help', 'version']);

/** The overview: examples first, at most 25 lines. */
export function overviewLines(paint: Paint): readonly string[] {
  const examples = [
    'headgate import examples/contacts.csv',
    'headgate query "select count(*) from contacts"',
    'headgate sync postgres://localhost/shop duckdb:shop.duckdb --stream public.orders',
    'headgate plan env:SHOP env:COPY --stream public.customers --mode mirror',
  ];
  return [
    'Headgate moves rows between databases and files: nothing lost, nothing twice.',
    '',
    ...examples.map((line) => `  ${line}`),
    '',
    paint('bold', 'Commands'),
    ...commands.filter(({ name }) => !obvious.has(name)).map(({ name, summary }) => `  ${pad(name, 10)}${summary}`),
    '',
    'headgate help sync   all options of a command, with examples',
  ];
}

export const optionSyntax = (name: OptionName): string => {
  const { short, value } = optionInfo(name);
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
};

/** What an option means, with its allowed values and its variable. */
export function optionMeaning(name: OptionName): string {
  const { help, choices, env } = optionInfo(name);
  return [help, ...(choices ? [`one of ${choices.join(', ')}`] : []), ...(env === undefined ? [] : [`also ${env}`])].join('; ');
}

/** The long form of one command, with the text wrapped to `width` columns. */
export function commandLines(command: CommandInfo, paint: Paint, width: number): readonly string[] {
  const { name, usage, summary, details, examples } = command;
  const exampleLines = examples.flatMap(({ line, says }) => [`  ${paint('dim', `# ${says}`)}`, `  ${line}`]);
  return [
    `headgate ${name} ${usage}`.trimEnd() + `: ${summary}`,
    '',
    ...(exampleLines.length > 0 ? [...exampleLines, ''] : []),
    ...details.flatMap((text) => [...wrap(text, width), '']),
    ...optionLines('Options', command.options, paint, width),
    ...optionLines('General', generalOptions, paint, width),
  ];
}

function optionLines(title: string, names: readonly OptionName[], paint: Paint, width: number): readonly string[] {
  if (names.length === 0) return [];
  const indent = 26;
  const lines = names.flatMap((name) => {
    const [first = '', ...more] = wrap(optionMeaning(name), Math.max(width - indent, 30));
    const syntax = `  ${optionSyntax(name)}`;
    const rest = more.map((text) => ' '.repeat(indent) + text);
    const fits = syntax.length < indent - 1;
    return fits ? [pad(syntax, indent) + first, ...rest] : [syntax, ' '.repeat(indent) + first, ...rest];
  });
  return [paint('bold', title), ...lines, ''];
}

export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
