/** What is wrong with resources: kept by the operations, shown by this vocabulary. */
import { clearFaults } from '../../../operations/faults/clear.ts';
import { listFaults } from '../../../operations/faults/list.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';

/** What is wrong, by object; those that are well are not in it. */
export async function faultsOf(context: RouteContext, objects: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { data } = await perform(listFaults, context, { objects });
  return new Map(data.map(({ object, message }) => [object, message]));
}

export async function faultOf(context: RouteContext, object: string): Promise<string | undefined> {
  return (await faultsOf(context, [object])).get(object);
}

export async function repaired(context: RouteContext, objects: readonly string[]): Promise<void> {
  await perform(clearFaults, context, { objects });
}
