import type { Paint } from '../terminal.ts';

/** An error as a person or a receipt knows it. */
export interface ErrorFacts {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

const page = (code: string): string => `docs/errors.md#${code.replaceAll('.', '')}`;

export function errorLines({ code, message, hint }: ErrorFacts, paint: Paint): readonly string[] {
  return [
    `${paint('red', `error[${code}]:`)} ${message}`,
    `${paint('yellow', 'hint:')} ${hint}`,
    paint('dim', `docs: ${page(code)}`),
  ];
}

export function errorRecord({ code, message, hint }: ErrorFacts): Readonly<Record<string, string>> {
  return { code, message, hint, docs: page(code) };
}
