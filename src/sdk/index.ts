export * from './connector.ts';
export * from './context.ts';
export * from './derivation.ts';
export * from './destination.ts';
export * from './source.ts';
