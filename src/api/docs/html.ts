/** Markup whose texts cannot become markup: everything that is put in is escaped, unless it is markup of ours. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = Html | string | number | undefined | readonly Content[];

export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(parts.map((part, at) => part + (at < values.length ? rendered(values[at]) : '')).join(''));
}

function rendered(value: Content): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  // Of the other kinds only lists are objects.
  if (typeof value === 'object') return value.map(rendered).join('');
  return String(value).replaceAll(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** `code` between backticks; the rest as it is. */
export function prose(text: string): readonly Html[] {
  return text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
