/** What the server and the page say to each other: JSON, every value of a row a text. */

export type RowId = string | number;
export type Level = 'error' | 'warning' | 'info';
export type Status = 'processing' | 'review' | 'finishing' | 'done' | 'failed';
export type Stage = 'sheet' | 'header' | 'match' | 'values' | 'rows';
export type Filter = 'all' | 'errors' | 'warnings' | 'edited' | 'removed';

export interface Option {
  readonly label: string;
  readonly value: string;
}

export interface Message {
  readonly level: Level;
  readonly message: string;
  /** The message of its group, where this one names what stands in the cell: it is no markup then. */
  readonly group?: string;
}

export interface Field {
  readonly key: string;
  readonly label: string;
  readonly type: string;
  readonly description?: string;
  readonly readOnly?: boolean;
  readonly required?: boolean;
  readonly many?: boolean;
  /** A column of the file may feed it. */
  readonly matchable?: boolean;
  /** Its dates are read only as somebody agrees to. */
  readonly unfixed?: boolean;
  readonly options?: readonly Option[];
  /** What is written between several options in one cell. */
  readonly delimiter?: string;
}

/** A column of the grid; a field that takes several columns has one per part. */
export interface Column {
  readonly id: string;
  /** The key of its field. */
  readonly field: string;
  readonly part?: number;
  readonly label: string;
}

export interface Counts {
  readonly rows: number;
  readonly invalid: number;
  readonly warned: number;
  readonly edited: number;
  readonly removed: number;
  readonly byColumn: Readonly<Record<string, { readonly error: number; readonly warning: number }>>;
}

/** What finishing now would do. */
export interface Finish {
  readonly deliver: number;
  readonly drop: number;
  readonly blocked: boolean;
  /** Why, where it is blocked. */
  readonly code?: string;
  readonly message?: string | null;
}

export interface Settings {
  readonly addRows?: boolean;
  readonly deleteRows?: boolean;
  readonly edit?: boolean;
  readonly invalidDataBehavior?: string;
  /** Marks what was put right by itself. */
  readonly highlightAutoFixes?: boolean;
  readonly helpText?: string | null;
  readonly sheetHelpText?: string | null;
  readonly matchingHelpText?: string | null;
  readonly valuesHelpText?: string | null;
  /** Words of `processing`. */
  readonly processingText?: string | null;
  /** Fields with more unknown texts than this are not asked about. */
  readonly mappableValues?: number;
  /** Which language the page speaks. */
  /** Columns may become fields of their own, and do so where nobody says otherwise. */
  readonly customFields?: boolean;
  readonly customFirst?: boolean;
  /** Columns are chosen for fields instead of fields for columns. */
  readonly matchToSchema?: boolean;
  readonly locale?: string;
  /** `styleOverrides` as they were sent: the page takes from them what it knows. */
  readonly styles?: unknown;
  /** `textOverrides`, likewise. */
  readonly texts?: unknown;
}

/** What somebody has to say yes to before the end. */
export interface Confirmation {
  readonly text: string;
  /** On the buttons; null = as usual. */
  readonly submit: string | null;
  readonly cancel: string | null;
}

export interface State {
  readonly status: Status;
  readonly stage: Stage;
  readonly title: string;
  readonly version: number;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly file: { readonly name: string | null; readonly sheet?: string | null; readonly sheets?: readonly string[] } | null;
  readonly fields: readonly Field[];
  readonly columns: readonly Column[];
  readonly counts: Counts;
  readonly settings: Settings;
  readonly undo: number;
  readonly redo: number;
  readonly people: number;
  /** Rows that the import has no room for. */
  readonly dropped: number;
  readonly finish: Finish;
  /** In the answer to `finish` alone. */
  readonly confirmation?: Confirmation;
  readonly progress?: { readonly done: number; readonly total?: number; readonly label?: string } | null;
}

/** Which comes first where days are numbers; `keep`: they stay as they are, and are wrong. */
export type DateChoice = 'day' | 'month' | 'keep';

export interface DateField {
  readonly field: string;
  /** null = nobody has said anything yet. */
  readonly choice: DateChoice | null;
  /** As they read by themselves; then the other way, where they may be read so. */
  readonly readings: readonly {
    readonly order: 'day' | 'month';
    readonly samples: readonly { readonly before: string; readonly after: string }[];
  }[];
}

/** One word about the file. */
export interface Decision {
  readonly about: 'sheet' | 'header' | 'mapping' | 'values' | 'dates';
  readonly said: object;
}

export interface Preview {
  readonly rows: readonly (readonly string[])[];
  /** The number of each of them in the file, from 1. */
  readonly lines: readonly number[];
  readonly header: number | null;
  readonly columns: readonly PreviewColumn[];
}

export interface PreviewColumn {
  readonly index: number;
  readonly header: string;
  readonly samples: readonly string[];
  readonly field: string | null;
  /** It feeds a field of its own. */
  readonly custom: boolean;
  readonly confidence?: number | null;
}

export interface Cell {
  readonly v: string;
  /** The text of the file, where it differs. */
  readonly raw?: string;
  /** Put right by itself, not only written in another form. */
  readonly f?: boolean;
  /** Edited by a person. */
  readonly e?: boolean;
  readonly m?: readonly Message[];
  readonly o?: readonly Option[];
}

export interface Row {
  readonly id: RowId;
  /** Its line in the file; none where a person added it. */
  readonly n?: number | null;
  readonly removed?: boolean;
  readonly added?: boolean;
  readonly cells: readonly Cell[];
}

export interface ViewRequest {
  readonly filter: Filter;
  readonly column?: string;
  readonly message?: string;
  readonly search?: string;
}

export interface RowWindow {
  readonly version: number;
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly Row[];
}

export interface Problem {
  readonly position: number | null;
  readonly column?: string;
  readonly at?: number;
  readonly of?: number;
}

export interface Group {
  readonly column: string;
  readonly level: Level;
  readonly message: string;
  readonly count: number;
  readonly values: readonly { readonly value: string; readonly count: number }[];
  readonly suggestion?: { readonly kind: string; readonly label: string; readonly count: number } | null;
}

export interface CellEdit {
  readonly row: RowId;
  readonly column: string;
  readonly text: string;
}

export interface Replacement {
  readonly kind: 'replace';
  readonly find: string;
  readonly with: string;
  readonly caseSensitive: boolean;
  readonly whole: boolean;
  readonly regex: boolean;
  readonly column?: string;
  readonly view?: string;
}

export type Edit =
  | { readonly kind: 'cells'; readonly cells: readonly CellEdit[] }
  | { readonly kind: 'delete' | 'restore'; readonly rows?: readonly RowId[]; readonly view?: string }
  | { readonly kind: 'add'; readonly cells: Readonly<Record<string, string>> }
  | Replacement
  | {
      readonly kind: 'fix';
      readonly column: string;
      readonly message: string;
      readonly value?: string;
      readonly with?: string;
      /** The kind of its group's suggestion. */
      readonly by?: string;
    };

export interface Edited {
  readonly version: number;
  readonly rows: readonly Row[];
  readonly counts: Counts;
  readonly undo: number;
  readonly redo: number;
  readonly finish: Finish;
}

export interface Changes {
  readonly version: number;
  readonly rows: readonly RowId[] | 'all';
  readonly people: number;
  readonly status: Status;
}

export interface ReplacePreview {
  readonly count: number;
  readonly samples: readonly { readonly row: RowId; readonly column: string; readonly before: string; readonly after: string }[];
}

/** The body of an answer that refuses. */
export interface Trouble {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly version?: number;
  /** Of a stale edit: the row as it is now. */
  readonly row?: Row | null;
}
