/** What a text means, as DuckDB expressions of type VARCHAR; NULL where it means nothing of the kind. */
export interface Meant {
  /** What is delivered: the wire text of `meaningType`. */
  readonly result: string;
  /** What a person sees; absent = the text as it stands. */
  readonly shown?: string;
}

/** What a text of a person means who writes as the column is shown, as DuckDB expressions; NULL where it means nothing of the kind. */
export interface Written {
  readonly seen: string;
  /** The same text in the file. */
  readonly filed: string;
  /** A text that means the value in the file as well. */
  write(value: string): string;
}

/** `body` with `name` for a value that is computed once. */
export const named = (name: string, value: string, body: string): string =>
  `(list_transform([${value}], lambda ${name}: ${body}))[1]`;
