/** The document of a dialect, in the form that its clients read. */
import type { ApiDialect } from './dialect.ts';
import { openApiOf, type OpenApi } from './openapi.ts';
import { swaggerOf, type Swagger } from './swagger.ts';

/** `asked` = the version of the form that the client would have, where its dialect lets it choose. */
export function documentOf(dialect: ApiDialect, version: string, asked = ''): OpenApi | Swagger {
  const older = dialect.document.form === 'swagger-2.0' && !asked.startsWith('3');
  return older ? swaggerOf(dialect, version) : openApiOf(dialect, version);
}
