/** What a run of an import is told. Pure. */
import type { ImportLimits } from '../../../domain/import-limits.ts';
import type { AssessTask } from '../../../domain/run.ts';
import type { Field } from '../../../domain/fields/forms.ts';
import { definitionOf } from '../../../domain/fields/definition.ts';
import { worded } from '../../../domain/fields/worded.ts';
import type { ImportData } from './imports-stored.ts';
import type { Settings } from './settings-shapes.ts';
import { topicsOf } from './topics.ts';

type Behavior = NonNullable<Settings['invalidDataBehavior']>;

export function behaviorOf({ invalidDataBehavior, allowInvalidSubmit }: Settings): Behavior {
  return invalidDataBehavior ?? (allowInvalidSubmit ? 'INCLUDE_INVALID_ROWS' : 'REMOVE_INVALID_ROWS');
}

const deliveries: Readonly<Record<Behavior, AssessTask['deliver']>> = {
  BLOCK_SUBMIT: 'all',
  REMOVE_INVALID_ROWS: 'valid',
  INCLUDE_INVALID_ROWS: 'all',
  INCLUDE_INVALID_ROWS_AND_VALUES: 'raw',
};

/** In our own words. */
const xmlOf = ({
  forceArrayTags,
  headerAlias,
  enableAutoArrayHeuristics,
  assumeSingleRootChildIsArray,
}: NonNullable<Settings['xmlParsingOptions']>): NonNullable<AssessTask['xml']> => ({
  ...(forceArrayTags && { lists: forceArrayTags }),
  ...(headerAlias && { names: headerAlias }),
  ...(enableAutoArrayHeuristics !== undefined && { guess: enableAutoArrayHeuristics }),
  ...(assumeSingleRootChildIsArray !== undefined && { single: assumeSingleRootChildIsArray }),
});

const errorWords = ({ textOverrides }: Settings): Readonly<Record<string, unknown>> => textOverrides?.errors ?? {};

/** Rows that come with the request name fields by nothing else. */
const byKey = (field: Field): Field => ({ ...field, label: field.key, alternateMatches: [] });

/** `id`: of the import, for its hooks. */
export function taskOf(id: string, data: ImportData, { trialRows }: Pick<ImportLimits, 'trialRows'>): AssessTask {
  const { settings, filename, named, hooks, user } = data;
  const { matchingStep = {}, uploadStep = {}, maxRecords = null, developmentMode = false } = settings;
  const behavior = behaviorOf(settings);
  const isData = filename === null;
  const { definition, many, needed, hidden, unfixed } = definitionOf(
    worded(isData ? data.fields.map(byKey) : data.fields, errorWords(settings)),
    isData || matchingStep.fuzzyMatchHeaders === false ? 'exact' : 'fuzzy',
  );
  return {
    kind: 'assess',
    definition: definition as AssessTask['definition'], // an object of JSON
    many: [...many],
    needed: [...needed],
    hidden: [...hidden],
    unfixed: [...unfixed],
    hooks,
    batch: settings.batchRowHookBatchSize ?? null,
    about: {
      id,
      filename,
      importIdentifier: settings.importIdentifier ?? '',
      user: user && { ...user },
      ...(named && { named }),
      ...(settings.sessionId != null && { session: settings.sessionId }),
    },
    load: data.destination !== undefined,
    topics: topicsOf(id, data),
    remembered: {},
    header: isData ? 0 : (matchingStep.headerRowOverride ?? null),
    xml: settings.xmlParsingOptions ? xmlOf(settings.xmlParsingOptions) : null,
    sheet: uploadStep.sheetOverride ?? null,
    delimiter: isData ? ',' : (settings.delimiter ?? null),
    most: maxRecords,
    trial: { rows: trialRows, on: developmentMode, topics: topicsOf(id, data, !developmentMode) },
    deliver: deliveries[behavior],
    unmapped: settings.passThroughUnmappedColumns ?? false,
    custom: settings.reviewStep?.autoCreateUnmappedColumns ?? false,
    hold: { invalid: behavior === 'BLOCK_SUBMIT', empty: settings.allowEmptySubmit === false, sheets: true },
  };
}
