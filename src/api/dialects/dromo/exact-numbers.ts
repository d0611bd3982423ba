/** Numbers of rows as they stand in the request: no value becomes one of JavaScript's on its way. Pure. */
import { parsedAsSent, withQuotedNumbers } from '../../../domain/exact-json.ts';

/** A body with its rows, `initial_data` and `settings.initialData`, whose numbers are texts where JavaScript would write them otherwise. */
export function exactBody(text: string): unknown {
  const body: unknown = JSON.parse(text);
  const quoted = withQuotedNumbers(text);
  if (quoted === text || !isObject(body)) return body;
  const exact: unknown = JSON.parse(quoted);
  if (!isObject(exact)) return body;
  const { settings } = body;
  const rows = isObject(exact['settings']) && { initialData: exact['settings']['initialData'] };
  return {
    ...body,
    ...('initial_data' in exact && { initial_data: exact['initial_data'] }),
    ...(isObject(settings) && 'initialData' in settings && { settings: { ...settings, ...rows } }),
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A body whose `settings.initialData` is as `parsedAsSent` has it. */
export function savedBody(text: string): unknown {
  const body: unknown = JSON.parse(text);
  if (!isObject(body) || !isObject(body['settings']) || !('initialData' in body['settings'])) return body;
  const sent = parsedAsSent(text);
  const initialData = isObject(sent) && isObject(sent['settings']) ? sent['settings']['initialData'] : null;
  return { ...body, settings: { ...body['settings'], initialData } };
}
