/** What people have called `name`, and nothing that every object has by itself (`constructor`). Undefined where there is none. */
export const own = <T>(of: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(of, name) ? of[name] : undefined;
