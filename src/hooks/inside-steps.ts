/** Evaluated in the interpreter (see inside.ts): hooks that get an instance. */
import { isObject, textOf, type Fields } from './inside-cells.ts';

declare const parse: (text: string) => unknown;
declare const stringify: (value: unknown) => string;

/** `newRows`: what the ids of added rows begin with. */
export interface StepInput {
  readonly data: readonly unknown[];
  readonly instanceLast: boolean;
  readonly newRows: string;
}

/** The instance writes down what is asked of it, and our other half does it afterwards. */
export function instanceOf(calls: unknown[], newRows: string): Fields {
  const instance: Fields = {};
  const methods =
    'addField removeField updateInfoMessages addInfoMessages addRows removeRows setConfirmationMessage setHeaderRowOverride setUser setDevelopmentMode';
  let added = 0;
  for (const name of methods.split(' ')) {
    instance[name] = async (...given: unknown[]): Promise<unknown> => {
      const args = given.map((value) => value ?? null);
      if (name !== 'addRows') {
        calls.push({ method: name === 'addInfoMessages' ? 'updateInfoMessages' : name, arguments: args });
        return undefined;
      }
      const [rows] = given;
      if (!Array.isArray(rows)) throw new TypeError('addRows takes an array');
      const ids = rows.map(() => `${newRows}${(added += 1)}`);
      calls.push({ method: name, arguments: [rows, ids] });
      return ids;
    };
  }
  return instance;
}

export async function runStep(hook: (...args: unknown[]) => unknown, inputText: string): Promise<string> {
  const { data, instanceLast, newRows } = parse(inputText) as StepInput; // our other half wrote it
  const calls: unknown[] = [];
  const instance = instanceOf(calls, newRows);
  const result = await (instanceLast ? hook(...data, instance) : hook(instance, ...data));
  const returned =
    instanceLast && isObject(result)
      ? { cancel: Boolean(result['cancel']), message: textOf(result['message'] ?? null, 'message') }
      : null;
  return stringify({ calls, returned });
}
