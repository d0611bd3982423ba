/** Settings as clients write them: many are for pages of browsers and are only kept. */
import { z } from 'zod';
import { delimiter } from '../../../domain/delimiter.ts';
import { InvalidInput } from '../../../operations/operation.ts';
import { webhookUrl } from '../../../operations/webhooks/webhook.ts';

const text = z.string().nullable();
const flag = z.boolean();
const locales = 'ar bn cs da de el en es fi fr hi hr hu id is it ja ko lt lv ms nl no pl pt ro ru sv sw th tr uk vi zh_CN zh_TW';
const loose = z.record(z.string(), z.json());
const partial = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).partial();

/** One GiB. */
export const largestFile = 1024 ** 3;

export const settings = partial({
  importIdentifier: z.string(),
  title: text,
  invalidDataBehavior: z.enum(['BLOCK_SUBMIT', 'REMOVE_INVALID_ROWS', 'INCLUDE_INVALID_ROWS', 'INCLUDE_INVALID_ROWS_AND_VALUES']),
  allowInvalidSubmit: flag,
  allowEmptySubmit: flag,
  maxRecords: z.int().min(0).nullable(),
  maxFileSize: z.int().min(1).max(largestFile),
  allowCustomFields: flag,
  passThroughUnmappedColumns: flag,
  developmentMode: flag,
  backendSyncMode: z.enum(['DISABLED', 'MAPPINGS_ONLY', 'FULL_DATA']),
  backendSync: flag,
  autoMapHeaders: flag,
  webhookUrl: webhookUrl.nullable(),
  needsReviewWebhookUrl: webhookUrl.nullable(),
  // Out of JSON, and never made anew: its numbers may stand there as they were sent.
  initialData: z.array(z.unknown()).nullable(),
  initialFile: z.json(),
  delimiter,
  locale: z.enum(locales.split(' ')),
  manualInputDisabled: flag,
  manualInputOnly: flag,
  templateDownloadFilename: text,
  browserExcelParsing: flag,
  displayEncoding: flag,
  xmlParsingOptions: partial({
    forceArrayTags: z.array(z.string()),
    headerAlias: z.record(z.string(), z.string()),
    enableAutoArrayHeuristics: flag,
    assumeSingleRootChildIsArray: flag,
  }),
  batchRowHookBatchSize: z.int().min(1).max(10_000),
  styleOverrides: z.record(z.string(), loose),
  textOverrides: partial({ errors: loose, ui: loose }),
  backendOverride: text,
  alternateDomain: text,
  version: text,
  savePartialSession: flag,
  sessionId: text,
  hydrationId: text,
  uploadStep: partial({
    helpText: text,
    sheetOverride: text,
    sheetSelectionHelpText: text,
    templateDownloadOverrideURL: text,
  }),
  matchingStep: partial({
    helpText: text,
    headerRowOverride: z.int().min(0).nullable(),
    fuzzyMatchHeaders: flag,
    matchToSchema: flag,
    suggestCustomFirst: flag,
    skipIfAllFieldsMatched: flag,
  }),
  matchValuesStep: partial({ helpText: text, maxMappableSelectValues: z.int().min(1).max(1000) }),
  reviewStep: partial({
    helpText: text,
    processingText: text,
    enableUserTransformations: flag,
    allowAddingRows: flag,
    allowRemovingRows: flag,
    highlightAutoFixes: flag,
    autoCreateUnmappedColumns: flag,
    enableNavigatingErrors: flag,
    transformDataPrompts: z.array(z.string()).nullable(),
  }),
}).refine((given) => goTogether(given), { error: 'not together with manualInputDisabled', path: ['manualInputOnly'] });

export type Settings = z.output<typeof settings>;

const goTogether = (given: { readonly [key in 'manualInputOnly' | 'manualInputDisabled']?: boolean | undefined }): boolean =>
  !(given.manualInputOnly && given.manualInputDisabled);

/** Of what is saved and what was sent. Throws InvalidInput. */
export function requireTogether(operation: string, chosen: Settings): void {
  if (goTogether(chosen)) return;
  throw new InvalidInput(operation, [
    { path: ['settings', 'manualInputOnly'], message: 'not together with manualInputDisabled' },
  ]);
}
