/**
 * The look that an import's owner wishes for (`styleOverrides`), as CSS variables of ours. Only what stands here is taken, and only
 * colours, lengths and names of fonts. What could not be read is made darker or lighter until it can.
 */
import { lightness, mixed, readable, type Colour } from './colour.ts';

export type Theme = 'light' | 'dark';

export interface Brand {
  /** Variable → value. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where it has a paper of its own, there is but one theme. */
  readonly theme: Theme | undefined;
}

/** What a colour is called by clients, which variable it becomes, and on which one it is read. */
const colours: Readonly<Record<string, { readonly variable: string; readonly on?: string }>> = {
  'global.backgroundColor': { variable: '--paper' },
  'global.textColor': { variable: '--ink', on: '--paper' },
  'global.primaryTextColor': { variable: '--ink', on: '--paper' },
  'global.secondaryTextColor': { variable: '--soft', on: '--shade' },
  'global.successColor': { variable: '--done', on: '--paper' },
  'global.warningColor': { variable: '--warning', on: '--shade' },
  'global.errorColor': { variable: '--error', on: '--shade' },
  'global.borderColor': { variable: '--line' },
  'primaryButton.backgroundColor': { variable: '--main-back' },
  'primaryButton.hoverBackgroundColor': { variable: '--main-hover' },
  'primaryButton.textColor': { variable: '--on-accent', on: '--main-back' },
  'secondaryButton.backgroundColor': { variable: '--plain-back' },
  'secondaryButton.textColor': { variable: '--plain-ink', on: '--plain-back' },
  'secondaryButton.borderColor': { variable: '--plain-line' },
  'tertiaryButton.textColor': { variable: '--quiet-ink', on: '--paper' },
  'stepperBar.currentColor': { variable: '--step-now', on: '--paper' },
  'stepperBar.completeColor': { variable: '--step-done', on: '--paper' },
  'stepperBar.incompleteColor': { variable: '--step-later', on: '--paper' },
  'dataTable.headerBackgroundColor': { variable: '--head-back' },
  'dataTable.headerTextColor': { variable: '--head-ink', on: '--head-back' },
  'dataTable.borderColor': { variable: '--table-line' },
  'helpText.backgroundColor': { variable: '--help-back' },
  'helpText.textColor': { variable: '--help-ink', on: '--help-back' },
  'modalOverlay.backgroundColor': { variable: '--overlay' },
  'card.backgroundColor': { variable: '--raised' },
  'dropdown.backgroundColor': { variable: '--menu-back' },
  'dropdown.textColor': { variable: '--menu-ink', on: '--menu-back' },
  'errorNavigator.backgroundColor': { variable: '--walk-back' },
  'errorNavigator.textColor': { variable: '--walk-ink', on: '--walk-back' },
};

const lengths: Readonly<Record<string, string>> = {
  'global.borderRadius': '--radius',
  'primaryButton.borderRadius': '--main-radius',
  'secondaryButton.borderRadius': '--plain-radius',
  'card.borderRadius': '--card-radius',
};

const fonts: Readonly<Record<string, string>> = { 'global.customFontFamily': '--font', 'global.fontFamily': '--font' };

/** As in the style sheet, for what is not said. */
const own: Readonly<Record<Theme, { readonly paper: Colour; readonly shade: Colour; readonly ink: Colour }>> = {
  light: { paper: '#ffffff', shade: '#f5f7fa', ink: '#1c2330' },
  dark: { paper: '#12161d', shade: '#1a202a', ink: '#e4e8ef' },
};

const isColour = (value: string | undefined): value is Colour => value !== undefined && /^#[\da-f]{6}$/.test(value);
const isLength = (value: string): boolean => /^(?:\d{1,2}(?:\.\d+)?)(?:px|rem|em)$|^0$/.test(value);
const isFont = (value: string): boolean => /^[\w\s"',-]{1,200}$/.test(value);

/** The texts of groups of settings by their places, such as `global.textColor`. */
function flat(styles: unknown): Map<string, string> {
  const isGroup = (value: unknown): value is object => typeof value === 'object' && value !== null;
  const groups = isGroup(styles) ? Object.entries(styles) : [];
  const all = groups.flatMap(([group, values]) =>
    isGroup(values) ? Object.entries(values).map(([k, v]) => [`${group}.${k}`, v]) : [],
  );
  return new Map(all.flatMap(([place, value]) => (typeof value === 'string' ? [[String(place), value.trim()] as const] : [])));
}

/** `normal`: a colour as people write it, as `#rrggbb`; undefined = it is none. */
export function brandOf(styles: unknown, normal: (written: string) => string | undefined): Brand {
  const said = flat(styles);
  const wished = new Map<string, Colour>();
  for (const [place, { variable }] of Object.entries(colours)) {
    const colour = normal(said.get(place) ?? '');
    if (isColour(colour)) wished.set(variable, colour);
  }
  const paper = wished.get('--paper');
  const theme = paper && (lightness(paper) > 0.3 ? 'light' : 'dark');
  const variables: Record<string, string> = {};
  const [light, dark] = [coloured(wished, theme ?? 'light'), coloured(wished, theme ?? 'dark')];
  for (const [variable, value] of light) {
    const other = dark.get(variable) ?? value;
    variables[variable] = other === value ? value : `light-dark(${value}, ${other})`;
  }
  for (const [place, value] of said) {
    if (lengths[place] && isLength(value)) variables[lengths[place]] = value;
    if (fonts[place] && isFont(value)) variables[fonts[place]] = `${value}, system-ui, sans-serif`;
  }
  return { variables, theme };
}

/** All that follows from the wishes in one theme. */
function coloured(wished: ReadonlyMap<string, Colour>, theme: Theme): Map<string, Colour> {
  const all = new Map(wished);
  const paper = wished.get('--paper') ?? own[theme].paper;
  const ink = readable(wished.get('--ink') ?? own[theme].ink, paper, 7);
  if (wished.has('--paper')) {
    const shades = { '--shade': 0.04, '--hover': 0.07, '--raised': 0.02, '--line': 0.14, '--line-strong': 0.55 };
    for (const [variable, share] of Object.entries(shades))
      if (!wished.has(variable)) all.set(variable, mixed(paper, ink, share));
    all.set('--ink', ink).set('--soft', readable(wished.get('--soft') ?? mixed(paper, ink, 0.7), mixed(paper, ink, 0.1)));
  }
  const main = wished.get('--main-back');
  if (main) {
    all.set('--accent', readable(main, all.get('--shade') ?? own[theme].shade));
    all.set('--on-accent', wished.get('--on-accent') ?? '#ffffff');
    if (!wished.has('--main-hover')) all.set('--main-hover', mixed(main, all.get('--on-accent') ?? ink, 0.12));
    all.set('--chosen', mixed(paper, main, theme === 'light' ? 0.1 : 0.22));
  }
  const papers: Readonly<Record<string, Colour>> = { '--paper': paper, '--shade': all.get('--shade') ?? own[theme].shade };
  for (const { variable, on } of Object.values(colours)) {
    if (on === undefined) continue;
    const back = all.get(on) ?? papers[on];
    const over = all.get(variable) ?? (wished.has(on) ? ink : undefined);
    // A colour of texts is of no use without what it is read on.
    if (!back) all.delete(variable);
    else if (over) all.set(variable, readable(over, back));
  }
  return all;
}
