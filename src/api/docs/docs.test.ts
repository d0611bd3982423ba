/** The reference: whole, without anything from elsewhere, with examples that the schemas take. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { codes } from '../../domain/codes.ts';
import { native } from '../dialects/native/index.ts';
import type { JsonSchema } from '../json-schema.ts';
import { openApiOf } from '../openapi.ts';
import { errorsPage, sectionsOf } from './errors.ts';
import { html } from './html.ts';
import { curl, referencePage } from './reference.ts';

const document = openApiOf(native, '1.2.3');
const all = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
);
const errors = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'errors.md'), 'utf8');

test('what is put into markup cannot become markup', () => {
  assert.equal(html`<b>${'<script>&"'}${html`<i>${1}</i>`}</b>`.text, '<b>&#60;script&#62;&#38;&#34;<i>1</i></b>');
});

test('every example is what its schema takes', () => {
  const fits = (schema: JsonSchema, example: unknown, what: string): void => {
    const judged = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(example); // it came from a document
    assert.ok(judged.success, `${what}: ${JSON.stringify(judged.error?.issues)} of ${JSON.stringify(example)}`);
  };
  for (const { operationId, parameters, requestBody, responses } of all) {
    for (const { name, schema, example } of parameters)
      if (example !== undefined) fits(schema, example, `${operationId} ${name}`);
    const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)];
    for (const { schema, example } of contents.flatMap((content) => Object.values(content ?? {})))
      if (example !== undefined) fits(schema, example, operationId);
  }
});

test('every operation has its place, its fields, an example, and nothing is loaded from elsewhere', () => {
  const page = referencePage(document, '/openapi.json');
  for (const { operationId, requestBody } of all) {
    assert.ok(page.includes(`id="${operationId}"`), operationId);
    for (const name of Object.keys(requestBody?.content['application/json']?.schema.properties ?? {}))
      assert.ok(page.includes(name));
  }
  assert.doesNotMatch(page, /<script|<iframe|style="|onclick|(?:src|href)="(?:https?:)?\/\//);
  const places = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  for (const [, to = ''] of page.matchAll(/href="#([^"]+)"/g)) assert.ok(places.has(to), to);
});

test('a request is shown as it is typed', () => {
  const trigger = all.find(({ operationId }) => operationId === 'workspaces.create');
  assert.equal(
    trigger && curl(trigger),
    `curl -H "$H" "$U/v1/workspaces" \\
  -d '{\n  "id": 77,\n  "name": "Sales"\n}'`,
  );
});

test('every code has a place that errors link to', () => {
  const page = errorsPage(sectionsOf(errors));
  for (const code of Object.keys(codes)) assert.ok(page.includes(`<h3 id="${code}">`), code);
  assert.match(page, /The key has sent more requests than/);
});
