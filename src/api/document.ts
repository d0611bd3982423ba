/** The document of a dialect, in the form that its clients read. */
import type { ApiDialect } from './dialect.ts';
import { openApiOf, type OpenApi } from './openapi.ts';
import { swaggerOf, type Swagger } from './swagger.ts';

export function documentOf(dialect: ApiDialect, version: string): OpenApi | Swagger {
  return dialect.document.form === 'swagger-2.0' ? swaggerOf(dialect, version) : openApiOf(dialect, version);
}
