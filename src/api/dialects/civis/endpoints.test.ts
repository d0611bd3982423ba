/** The served description, read as the vendor's client reads it: it makes its methods of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { swaggerOf } from '../../swagger.ts';
import { civis } from './index.ts';

interface Property {
  readonly type?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly type?: string;
  readonly required?: boolean;
  readonly schema?: { readonly properties?: Readonly<Record<string, Property>>; readonly required?: readonly string[] };
}

const document = swaggerOf(civis, '0.0.0');
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method,
    summary: operation.summary,
    parameters: operation.parameters as readonly Parameter[],
    responses: Object.values(operation.responses),
  })),
);

/** As the client names it; undefined = left out of its library. */
function methodOf({ path, method, summary, responses }: (typeof operations)[number]): string | undefined {
  if (/deprecated/i.test(summary)) return undefined;
  const parts = path.split('/').filter(Boolean).slice(1);
  const words = parts.filter((part, at) => !part.startsWith('{') || (parts[at + 1]?.startsWith('{') ?? false));
  const listed = method === 'get' && responses.some(({ schema }) => schema?.type === 'array');
  return [listed ? 'list' : method, ...words.map((word) => word.replaceAll(/[{}]/g, '').replaceAll('-', '_'))].join('_');
}

const types = ['string', 'integer', 'number', 'boolean', 'array', 'object'];

test('every operation has what the client asks for', () => {
  for (const { path, method, summary, parameters, responses } of operations) {
    const at = `${method} ${path}`;
    assert.equal(typeof summary, 'string', at);
    assert.equal(typeof responses[0]?.description, 'string', at);
    for (const parameter of parameters) {
      assert.equal(typeof parameter.required, 'boolean', `${at} ${parameter.name}`);
      if (parameter.in === 'body') {
        for (const [name, { type = '' }] of Object.entries(parameter.schema?.properties ?? {}))
          assert.ok(types.includes(type), `${at} ${name}`);
        assert.ok(parameter.schema?.properties, at);
      } else {
        assert.ok(types.includes(parameter.type ?? ''), `${at} ${parameter.name}`);
        assert.doesNotMatch(parameter.name, /[A-Z]/);
      }
    }
  }
});

test('the methods of imports are those of the vendor', () => {
  const found = operations.filter(({ path }) => path === '/imports' || path.startsWith('/imports/')).map(methodOf);
  assert.equal(found.length, 45);
  assert.deepEqual(found.filter((name) => name !== undefined).toSorted(), [
    'delete_files_csv_runs',
    'delete_files_runs',
    'delete_projects',
    'delete_shares_groups',
    'delete_shares_users',
    'get',
    'get_batches',
    'get_files_csv',
    'get_files_csv_runs',
    'get_files_csv_runs_inputs',
    'get_files_runs',
    'get_files_runs_inputs',
    'list',
    'list_batches',
    'list_dependencies',
    'list_files_csv_runs',
    'list_files_csv_runs_logs',
    'list_files_runs',
    'list_files_runs_logs',
    'list_projects',
    'list_runs',
    'list_runs_logs',
    'list_shares',
    'patch_files_csv',
    'post',
    'post_batches',
    'post_cancel',
    'post_files',
    'post_files_csv',
    'post_files_csv_runs',
    'post_files_runs',
    'post_runs',
    'post_syncs',
    'put',
    'put_archive',
    'put_files_csv',
    'put_files_csv_archive',
    'put_projects',
    'put_shares_groups',
    'put_shares_users',
    'put_syncs',
    'put_syncs_archive',
    'put_transfer',
  ]);
});

/** Required fields of the body, in the order in which they stand. */
function positions(path: string, method: string): readonly string[] {
  const found = operations.find((one) => one.path === path && one.method === method);
  const body = found?.parameters.find((parameter) => parameter.in === 'body')?.schema;
  return Object.keys(body?.properties ?? {}).filter((name) => body?.required?.includes(name));
}

test('fields come in the order in which scripts give them', () => {
  assert.deepEqual(positions('/imports', 'post'), ['name', 'syncType', 'isOutbound']);
  assert.deepEqual(positions('/imports/files', 'post'), ['schema', 'name', 'remoteHostId', 'credentialId']);
  assert.deepEqual(positions('/imports/files/csv', 'post'), ['source', 'destination', 'firstRowIsHeader']);
  assert.deepEqual(positions('/imports/batches', 'post'), ['fileIds', 'schema', 'table', 'remoteHostId', 'credentialId']);
  assert.deepEqual(positions('/queries', 'post'), ['database', 'sql', 'previewRows']);
  assert.deepEqual(positions('/imports/{id}/syncs', 'post'), ['source', 'destination']);
  assert.deepEqual(positions('/imports/{id}/shares/users', 'put'), ['userIds', 'permissionLevel']);
});

test('pages are gone through by themselves where the vendor does so, and nowhere else among imports', () => {
  const paged = operations.filter(({ parameters }) =>
    ['limit', 'page_num'].every((name) => parameters.some((parameter) => parameter.in === 'query' && parameter.name === name)),
  );
  const found = paged.filter(({ path }) => path === '/imports' || path.startsWith('/imports/')).map(methodOf);
  assert.deepEqual(found.toSorted(), ['list', 'list_batches', 'list_files_csv_runs', 'list_files_runs']);
});

test('the command line finds the families that it cannot start without', () => {
  for (const family of ['/files', '/jobs', '/notebooks'])
    assert.ok(
      operations.some(({ path }) => path.startsWith(family)),
      family,
    );
});
