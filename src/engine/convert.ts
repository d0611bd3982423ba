import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column } from '../domain/policy.ts';
import type { Field, Schema } from '../domain/schema.ts';
import type { Context, Duck, FileRef, FormatName } from '../sdk/index.ts';
import type { Converted, ConvertStep } from '../shape/convert.ts';
import { arriving, requireField } from './columns.ts';
import type { Flow } from './flow.ts';
import type { Plan } from './plan.ts';
import type { Convert } from './sinks.ts';

/** Most runs have no staged lane: its forty modules are 30 ms of a start. */
const convert = async (duck: Duck, step: ConvertStep): Promise<Converted> =>
  await (await import('../shape/convert.ts')).convert(duck, step);

/** The staged lane's middle for one flow: from what the source wrote to what the destination loads. */
export function converter(plan: Plan, conversion: NonNullable<Plan['conversion']>, flow: Flow, context: Context): Convert {
  const fields = plan.projection.columns.map((column): Field => {
    const source = requireField(flow.stream.schema, column.from, 'field.missing');
    return { ...source, name: column.as, type: arriving(source, column) };
  });
  let documents = 0;
  return async (files, outlet) => {
    await using duck = await context.duck();
    const [first] = files;
    return await convert(duck, {
      input: { format: plan.format, files, schema: first && 'schema' in first ? first.schema : { fields } },
      columns: conversion.columns,
      ...(conversion.where !== undefined && { where: conversion.where }),
      ...(conversion.passThrough && { passThrough: true }),
      ...(conversion.limits && { limits: conversion.limits }),
      ...(flow.shape.rules && { rules: flow.shape.rules }),
      schema: conversion.output,
      scratch: join(context.scratch, `shape-${(documents += 1)}`),
      outlet,
      rejects: flow.rejects,
    });
  };
}

/** How a file's fields become the columns of a comparison. */
export interface Reading {
  readonly format: FormatName;
  readonly columns: readonly Column[];
  readonly where?: string;
}

/** Files as csv text, so that both sides of a comparison are read the same way; resolves to its path. */
export async function rewrite(
  duck: Duck,
  files: readonly FileRef[],
  { format, columns, where }: Reading,
  directory: string,
): Promise<string> {
  const path = join(directory, 'rewritten.csv');
  const schema: Schema = { fields: columns.map(({ as }) => ({ name: as, type: { kind: 'text' }, nullable: true })) };
  const file = await open(path, 'w');
  try {
    await convert(duck, {
      input: { format, files, schema: files[0]?.schema ?? schema },
      columns,
      schema,
      scratch: path,
      outlet: { format: 'csv', take: async (data) => await file.writeFile(data) },
      rejects: { limit: 0, unit: 'rows' },
      ...(where !== undefined && { where }),
    });
    return path;
  } finally {
    await file.close();
  }
}
