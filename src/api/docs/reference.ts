/** The reference of an API as one page, from its document: every operation with its fields, an example request and answer. Pure. */
import type { JsonSchema } from '../json-schema.ts';
import type { OpenApi, OpenApiOperation } from '../openapi.ts';
import { html, prose, type Html } from './html.ts';
import { page } from './page.ts';

interface Addressed extends OpenApiOperation {
  readonly method: string;
  readonly path: string;
}

/** `address`: where the document is. */
export function referencePage({ info, tags, paths, components }: OpenApi, address: string): string {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Addressed => ({ ...operation, method: method.toUpperCase(), path })),
  );
  const groups = tags.map(({ name }) => ({ name, operations: all.filter(({ tags: [tag] }) => tag === name) }));
  const contents = groups.map(
    ({ name, operations }) =>
      html`<strong>${name}</strong>
        <ul>
          ${operations.map(
            ({ operationId, method }) =>
              html`<li>
                <a href="#${operationId}"
                  ><code class="method ${method.toLowerCase()}">${method}</code>${operationId.slice(name.length + 1)}</a
                >
              </li>`,
          )}
        </ul>`,
  );
  const body = html`<h1>${info.title}</h1>
    <p class="lead">
      Version ${info.version}. ${info.description} The same as a document: <a href="${address}">${address}</a>. What can go wrong:
      <a href="/docs/errors">all error codes</a>.
    </p>
    ${introduction(components)}
    ${groups.map(
      ({ name, operations }) =>
        html`<h2 id="${name}">${name}</h2>
          ${operations.map(operationOf)}`,
    )}`;
  return page(
    info.title,
    html`<a href="#top"><b>${info.title}</b></a
      >${contents}`,
    body,
  );
}

const introduction = ({ schemas }: OpenApi['components']): Html =>
  html`<h2 id="keys">Keys and habits</h2>
    <p>
      A key is written <code>hg_&lt;id&gt;_&lt;secret&gt;</code>. It goes into <code>Authorization: Bearer</code>, or into HTTP
      Basic: id and secret, or the token as the user with an empty password; or it is exchanged at
      <code>/v1/oauth/token</code> for one that ends by itself.
    </p>
    <pre>export U=http://127.0.0.1:8080 H="Authorization: Bearer hg_…"</pre>
    <p>
      Every POST takes an <code>Idempotency-Key</code>: whoever repeats it within a day gets the first answer. Lists take
      <code>limit</code> and <code>cursor</code>. What has a <code>version</code> has an <code>ETag</code>, and
      <code>If-Match</code> refuses to overwrite what somebody else wrote. <code>RateLimit-Remaining</code> says how much is left
      of this minute.
    </p>
    <h4>An error</h4>
    <pre>${JSON.stringify(schemas['Problem']?.example, undefined, 2)}</pre>`;

function operationOf(one: Addressed): Html {
  const { operationId, method, path, summary, parameters, requestBody, responses } = one;
  const sent = Object.values(requestBody?.content ?? {})[0];
  const fields = [
    ...parameters.map(({ name, in: place, required, schema, description }) =>
      row(name, { ...schema, ...(description !== undefined && { description }) }, required, place),
    ),
    ...Object.entries(sent?.schema.properties ?? {}).map(([name, schema]) =>
      row(name, schema, sent?.schema.required?.includes(name) ?? false, 'body'),
    ),
  ];
  const [status, answer] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? ['200', { description: '' }];
  const [media, content] = Object.entries(answer.content ?? {})[0] ?? [];
  const refusals = Object.entries(responses).filter(([code]) => /^[45]/.test(code));
  return html`<section class="operation" id="${operationId}">
    <div>
      <h3>${summary}</h3>
      <code class="address"><span class="method ${method.toLowerCase()}">${method}</span>${path}</code>
      ${one['x-scope'] === undefined ? html`<span class="tag">no key</span>` : html`<span class="tag">scope ${one['x-scope']}</span>`}
      ${
        fields.length > 0
          ? html`<h4>Fields</h4>
              <table>
                <tbody>
                  ${fields}
                </tbody>
              </table>`
          : undefined
      }
      <h4>Refused with</h4>
      <table class="codes">
        <tbody>
          ${refusals.map(
            ([code, { description }]) =>
              html`<tr>
                <td>${code}</td>
                <td>${prose(description)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <div>
      <h4>Request</h4>
      <pre>${curl(one)}</pre>
      <h4>Answer ${status}${media === undefined ? ': no body' : ''}</h4>
      ${content?.example === undefined ? (media === undefined ? undefined : html`<pre>${media}</pre>`) : html`<pre>${JSON.stringify(content.example, undefined, 2)}</pre>`}
    </div>
  </section> `;
}

function row(name: string, schema: JsonSchema, required: boolean, place: string): Html {
  const choices = schema.enum ?? [];
  return html`<tr>
    <td><code>${name}</code>${required ? html` <span class="needed">required</span>` : undefined}</td>
    <td>
      <span class="kind">${kindOf(schema)}, ${place}</span>
      ${schema.description === undefined ? undefined : html`<br />${prose(schema.description)}`}
      ${choices.length > 0 ? html`<br />${choices.map((value, at) => html`${at > 0 ? ', ' : ''}<code>${String(value)}</code>`)}` : undefined}
      ${schema.default === undefined ? undefined : html`<br /><span class="kind">default</span> <code>${JSON.stringify(schema.default)}</code>`}
    </td>
  </tr>`;
}

function kindOf(schema: JsonSchema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(kindOf))].join(' or ');
  if (schema.type === 'array') return `list of ${kindOf(schema.items ?? {})}`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === undefined) return schema.enum ? 'choice' : 'anything';
  return schema.format === 'date-time' ? 'time' : typeof schema.type === 'string' ? schema.type : schema.type.join(' or ');
}

/** As it is typed into a terminal. */
export function curl({
  method,
  path,
  parameters,
  requestBody,
  security,
}: Omit<Addressed, 'responses' | 'summary' | 'tags' | 'operationId'>): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    texted(parameters.find((one) => one.name === name)?.example ?? name),
  );
  const needed = parameters.filter(({ in: place, required }) => place === 'query' && required);
  const query = needed.map(({ name, example }) => `${name}=${encodeURIComponent(texted(example))}`).join('&');
  const [media, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const body =
    content?.example === undefined ? '' : ` \\\n  -d '${JSON.stringify(content.example, undefined, 2).replaceAll("'", `'\\''`)}'`;
  const bytes = media !== undefined && content?.example === undefined ? ' --data-binary @FILE' : '';
  const verb = method === (body === '' ? 'GET' : 'POST') ? '' : ` -X ${method}`;
  return `curl${security.length > 0 ? ' -H "$H"' : ''}${verb} "$U${filled}${query === '' ? '' : `?${query}`}"${body}${bytes}`;
}

const texted = (example: unknown): string => (typeof example === 'string' ? example : JSON.stringify(example));
