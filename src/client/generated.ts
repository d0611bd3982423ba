/** Made from /openapi.json: `UPDATE_GOLDEN=1 node --test test/client/client.test.ts` makes it anew. */

export type Connector = { readonly name: string; readonly title: string; readonly settings: Readonly<Record<string, unknown>> };

export type Workspace = { readonly id: number; readonly name: string; readonly created_at: string };

export type TestClock = { readonly now: string };

export type Connection = { readonly id: string; readonly slug: string; readonly name: string; readonly connector: string; readonly settings: Readonly<Record<string, unknown>>; readonly policy: { readonly sessions?: number; readonly hours?: { readonly zone: string; readonly windows: readonly { readonly days: readonly number[]; readonly from: string; readonly to: string }[] } }; readonly version: number; readonly created_at: string; readonly updated_at: string };

export type Model = { readonly id: string; readonly slug: string; readonly name: string; readonly connection: string; readonly sql: string; readonly columns: readonly ({ readonly name: string; readonly type: string; readonly nullable: boolean; readonly native: string | null })[] | null; readonly version: number; readonly created_at: string; readonly updated_at: string };

export type Schema = { readonly id: string; readonly slug: string; readonly name: string; readonly version: number; readonly definition: Readonly<Record<string, unknown>>; readonly created_at: string; readonly updated_at: string };

export type Pipeline = { readonly id: string; readonly slug: string; readonly name: string; readonly state: 'active' | 'paused' | 'archived'; readonly source: string; readonly destination: string; readonly flows: readonly ({ readonly stream?: string; readonly query?: { readonly name: string; readonly sql: string }; readonly model?: string; readonly files?: { readonly ids: readonly string[]; readonly delimiter?: 'comma' | 'tab' | 'pipe' | 'semicolon'; readonly escape?: 'quote' | 'backslash'; readonly header?: boolean; readonly infer: boolean; readonly naming: 'kept' | 'plain'; readonly columns?: readonly { readonly name: string; readonly type?: string }[]; readonly overrides?: Readonly<Record<string, { readonly name?: string; readonly type?: string }>>; readonly by_place: boolean }; readonly schema?: string; readonly into?: string; readonly read: 'snapshot' | 'incremental'; readonly write?: 'append' | 'replace' | 'merge' | 'mirror'; readonly key?: readonly string[]; readonly version?: string; readonly cursor?: string; readonly follow?: { readonly key?: readonly string[]; readonly cursor?: string }; readonly stale: 'write' | 'skip'; readonly lookback?: string; readonly from?: string; readonly until?: string; readonly null_cursor: 'include' | 'skip' | 'fail'; readonly strict: boolean; readonly nulls: 'write' | 'keep'; readonly deletes: 'hard' | 'soft' | 'ignore'; readonly existing: 'any' | 'fail' | 'recreate'; readonly on_schema_change: 'evolve' | 'freeze' | 'discard'; readonly select?: readonly string[]; readonly where?: string; readonly rename: Readonly<Record<string, string>>; readonly cast: Readonly<Record<string, string>>; readonly mask: Readonly<Record<string, 'hash' | 'drop'>>; readonly max_rejects: string; readonly fit?: { readonly others?: string; readonly drop: readonly string[]; readonly rules: readonly unknown[] }; readonly derive?: { readonly into: 'profiles' | 'events'; readonly kind: string; readonly namespace: string; readonly id?: string; readonly identities: readonly { readonly field: string; readonly type: string }[]; readonly refused: readonly string[]; readonly event?: 'content' | 'run' | readonly string[]; readonly time?: { readonly field: string; readonly unit?: 's' | 'ms' }; readonly attributes?: readonly string[]; readonly except: readonly string[]; readonly labels: Readonly<Record<string, string>>; readonly limits: { readonly name?: number; readonly value?: number; readonly count?: number } }; readonly undo?: number; readonly allow_delete: boolean })[]; readonly schedule: { readonly kind: 'manual' } | { readonly kind: 'interval'; readonly every: number; readonly unit: 'minutes' | 'hours' | 'days' | 'weeks' | 'months'; readonly start: string; readonly after?: string; readonly end?: string; readonly delay: string; readonly catch_up: string } | { readonly kind: 'calendar'; readonly zone: string; readonly weekdays?: unknown; readonly month_days?: unknown; readonly hours: unknown; readonly minutes: unknown; readonly catch_up: string } | { readonly kind: 'every'; readonly period: string } | { readonly kind: 'once'; readonly at?: string } | { readonly kind: 'after'; readonly pipeline: string }; readonly next_due_at: string | null; readonly last_due_at: string | null; readonly retry: { readonly attempts: number; readonly first_seconds: number; readonly max_seconds: number; readonly waits?: readonly number[] }; readonly priority: number; readonly version: number; readonly created_at: string; readonly updated_at: string };

export type Run = { readonly id: string; readonly pipeline: string; readonly state: 'queued' | 'running' | 'retrying' | 'needs_review' | 'succeeded' | 'failed' | 'cancelled'; readonly outcome: 'changed' | 'nothing_new' | 'with_rejects' | 'suspicious' | 'skipped' | null; readonly cause: 'manual' | 'schedule' | 'after' | 'resync' | 'replay' | 'undo'; readonly task: { readonly kind: 'replay' | 'undo'; readonly of: string; readonly table: string } | { readonly kind: 'export'; readonly name: string; readonly header: boolean; readonly delimiter: 'comma' | 'tab' | 'pipe'; readonly quoted: boolean; readonly compression: 'gzip' | 'zip' | 'none' } | { readonly kind: 'ask'; readonly rows: number } | { readonly kind: 'prepare'; readonly types: boolean } | { readonly kind: 'refuse'; readonly reason: string } | null; readonly from_start: boolean; readonly due_at: string | null; readonly span: { readonly from: string; readonly to: string } | null; readonly attempt: number; readonly retry_at: string | null; readonly review_until: string | null; readonly queued_at: string; readonly started_at: string | null; readonly finished_at: string | null; readonly cancel_requested_at: string | null; readonly rows_read: number; readonly rows_written: number; readonly rows_rejected: number; readonly rows_deleted: number; readonly receipts: readonly ({ readonly run: string; readonly stream: string; readonly table: string; readonly mode: string; readonly lane: string; readonly state: 'queued' | 'running' | 'retrying' | 'needs_review' | 'succeeded' | 'failed' | 'cancelled'; readonly read: number; readonly written: number; readonly added: number; readonly changed: number; readonly deduplicated: number; readonly rejected: number; readonly deleted: number; readonly bytes: number; readonly checksums: readonly string[]; readonly from: unknown; readonly to: unknown; readonly token: string | null; readonly guarantee: string; readonly evidence: string; readonly warnings: readonly string[]; readonly columns: readonly { readonly column: string; readonly from?: string; readonly to: string }[]; readonly derived?: { readonly added: number; readonly changed: number; readonly removed: number; readonly linked: number; readonly conflicts: number; readonly dropped: number; readonly cut: number; readonly rejects: Readonly<Record<string, number>> }; readonly seconds: number; readonly error?: { readonly code: string; readonly message: string; readonly hint: string } })[]; readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null };

export type File = { readonly id: string; readonly name: string; readonly content_type: string; readonly state: 'pending' | 'ready' | 'expired' | 'deleted'; readonly size: number | null; readonly sha256: string | null; readonly md5: string | null; readonly crc32: string | null; readonly created_at: string; readonly ready_at: string | null; readonly pending_until: string | null; readonly expires_at: string | null };

export type Event = { readonly id: string; readonly type: string; readonly at: string; readonly pipeline: string | null; readonly run: string | null; readonly data: Readonly<Record<string, unknown>> };

export type Webhook = { readonly id: string; readonly name: string; readonly events: readonly ('run.succeeded' | 'run.with_rejects' | 'run.failed' | 'run.held' | 'run.stalled' | 'webhook.disabled' | 'webhook.test' | 'disk.budget')[]; readonly pipelines: readonly string[]; readonly state: 'active' | 'paused' | 'disabled'; readonly failures: number; readonly failing_since: string | null; readonly version: number; readonly created_at: string; readonly updated_at: string; readonly url: string };

export type Notification = { readonly id: string; readonly name: string; readonly events: readonly ('run.succeeded' | 'run.with_rejects' | 'run.failed' | 'run.held' | 'run.stalled' | 'webhook.disabled' | 'webhook.test' | 'disk.budget')[]; readonly pipelines: readonly string[]; readonly state: 'active' | 'paused' | 'disabled'; readonly failures: number; readonly failing_since: string | null; readonly version: number; readonly created_at: string; readonly updated_at: string; readonly to: readonly string[]; readonly digest: string };

export type Audit = { readonly id: string; readonly at: string; readonly actor: string; readonly principal: string | null; readonly operation: string; readonly object: string | null; readonly outcome: string | null; readonly ip: string | null; readonly request_id: string | null; readonly old_hash: string | null; readonly new_hash: string | null };

export type Key = { readonly id: string; readonly name: string; readonly principal: string; readonly kind: 'backend' | 'publishable'; readonly scopes: readonly string[]; readonly created_at: string; readonly expires_at: string | null; readonly last_used_at: string | null; readonly revoked_at: string | null };

export type Principal = { readonly id: string; readonly kind: 'user' | 'service'; readonly name: string; readonly email: string | null; readonly disabled: boolean; readonly created_at: string };

export type Group = { readonly id: string; readonly name: string; readonly members: readonly string[]; readonly created_at: string };

export type Grant = { readonly object: string; readonly principal: string | null; readonly group: string | null; readonly level: 'read' | 'write' | 'manage' | 'own'; readonly created_at: string };

export type Page<T> = { readonly data: readonly T[]; readonly has_more: boolean; readonly next_cursor: string | null };

export interface Operations {
  'connectors.list': { input: object; reply: { readonly data: readonly Connector[] } };
  'workspaces.list': { input: { readonly cursor?: string; readonly limit?: number }; reply: Page<Workspace> };
  'workspaces.create': { input: { readonly name: string; readonly id?: number }; reply: Workspace };
  'test-clock.get': { input: object; reply: TestClock };
  'test-clock.advance': { input: { readonly advance_to: string }; reply: { readonly now: string; readonly dispatched: number } };
  'connections.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number }; reply: Page<Connection> };
  'connections.create': { input: { readonly workspace: string; readonly name: string; readonly slug?: string; readonly connector: string; readonly settings: Readonly<Record<string, unknown>>; readonly policy?: { readonly sessions?: number; readonly hours?: { readonly zone?: string; readonly windows: readonly { readonly days?: readonly number[]; readonly from: string; readonly to: string }[] } } }; reply: Connection };
  'connections.get': { input: { readonly workspace: string; readonly connection: string }; reply: Connection };
  'connections.update': { input: { readonly workspace: string; readonly connection: string; readonly name?: string; readonly settings?: Readonly<Record<string, unknown>>; readonly policy?: { readonly sessions?: number; readonly hours?: { readonly zone?: string; readonly windows: readonly { readonly days?: readonly number[]; readonly from: string; readonly to: string }[] } }; readonly if_version?: number }; reply: Connection };
  'connections.delete': { input: { readonly workspace: string; readonly connection: string }; reply: undefined };
  'connections.check': { input: { readonly workspace: string; readonly connection: string }; reply: { readonly ok: boolean; readonly findings: readonly ({ readonly level: 'error' | 'warning' | 'info'; readonly code: string; readonly message: string; readonly hint?: string })[] } };
  'connections.discover': { input: { readonly workspace: string; readonly connection: string; readonly stream?: string }; reply: { readonly streams: readonly ({ readonly stream: string; readonly fields: readonly ({ readonly name: string; readonly type: string; readonly nullable: boolean; readonly native: string | null })[]; readonly key: readonly string[] | null; readonly cursors: readonly string[]; readonly estimated_rows: number | null; readonly estimated_bytes: number | null })[] } };
  'connections.preview': { input: { readonly workspace: string; readonly connection: string; readonly stream?: string; readonly query?: string; readonly limit?: number; readonly timeout_seconds?: number }; reply: { readonly columns: readonly { readonly name: string; readonly type: string }[]; readonly rows: readonly (readonly (string | null)[])[]; readonly truncated: boolean } };
  'models.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number }; reply: Page<Model> };
  'models.create': { input: { readonly workspace: string; readonly name: string; readonly slug?: string; readonly connection: string; readonly sql: string; readonly validate?: boolean }; reply: Model };
  'models.validate': { input: { readonly workspace: string; readonly connection: string; readonly sql: string }; reply: { readonly ok: boolean; readonly columns: readonly ({ readonly name: string; readonly type: string; readonly nullable: boolean; readonly native: string | null })[]; readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null } };
  'models.get': { input: { readonly workspace: string; readonly model: string }; reply: Model };
  'models.update': { input: { readonly workspace: string; readonly model: string; readonly name?: string; readonly sql?: string; readonly validate?: boolean; readonly if_version?: number }; reply: Model };
  'models.delete': { input: { readonly workspace: string; readonly model: string }; reply: undefined };
  'models.preview': { input: { readonly workspace: string; readonly model: string; readonly limit?: number; readonly timeout_seconds?: number }; reply: { readonly columns: readonly { readonly name: string; readonly type: string }[]; readonly rows: readonly (readonly (string | null)[])[]; readonly truncated: boolean } };
  'schemas.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number }; reply: Page<Schema> };
  'schemas.create': { input: { readonly workspace: string; readonly name: string; readonly slug?: string; readonly definition: Readonly<Record<string, unknown>> }; reply: Schema };
  'schemas.get': { input: { readonly workspace: string; readonly schema: string }; reply: Schema };
  'schemas.update': { input: { readonly workspace: string; readonly schema: string; readonly name?: string; readonly definition?: Readonly<Record<string, unknown>>; readonly if_version?: number }; reply: Schema };
  'schemas.delete': { input: { readonly workspace: string; readonly schema: string }; reply: undefined };
  'schemas.versions': { input: { readonly workspace: string; readonly schema: string; readonly cursor?: string; readonly limit?: number }; reply: { readonly data: readonly { readonly version: number; readonly definition: Readonly<Record<string, unknown>>; readonly created_at: string }[]; readonly has_more: boolean; readonly next_cursor: string | null } };
  'pipelines.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number }; reply: Page<Pipeline> };
  'pipelines.create': { input: { readonly workspace: string; readonly name: string; readonly slug?: string; readonly source: string; readonly destination: string; readonly flows: readonly ({ readonly stream?: string; readonly query?: { readonly name: string; readonly sql: string }; readonly model?: string; readonly files?: { readonly ids: readonly string[]; readonly delimiter?: 'comma' | 'tab' | 'pipe' | 'semicolon'; readonly escape?: 'quote' | 'backslash'; readonly header?: boolean; readonly infer?: boolean; readonly naming?: 'kept' | 'plain'; readonly columns?: readonly { readonly name: string; readonly type?: string }[]; readonly overrides?: Readonly<Record<string, { readonly name?: string; readonly type?: string }>>; readonly by_place?: boolean }; readonly schema?: string; readonly into?: string; readonly read?: 'snapshot' | 'incremental'; readonly write?: 'append' | 'replace' | 'merge' | 'mirror'; readonly key?: readonly string[]; readonly version?: string; readonly cursor?: string; readonly follow?: { readonly key?: readonly string[]; readonly cursor?: string }; readonly stale?: 'write' | 'skip'; readonly lookback?: string; readonly from?: string; readonly until?: string; readonly null_cursor?: 'include' | 'skip' | 'fail'; readonly strict?: boolean; readonly nulls?: 'write' | 'keep'; readonly deletes?: 'hard' | 'soft' | 'ignore'; readonly existing?: 'any' | 'fail' | 'recreate'; readonly on_schema_change?: 'evolve' | 'freeze' | 'discard'; readonly select?: readonly string[]; readonly where?: string; readonly rename?: Readonly<Record<string, string>>; readonly cast?: Readonly<Record<string, string>>; readonly mask?: Readonly<Record<string, 'hash' | 'drop'>>; readonly max_rejects?: string; readonly fit?: { readonly others?: string; readonly drop?: readonly string[]; readonly rules?: readonly unknown[] }; readonly derive?: { readonly into: 'profiles' | 'events'; readonly kind?: string; readonly namespace?: string; readonly id?: string; readonly identities?: readonly { readonly field: string; readonly type: string }[]; readonly refused?: readonly string[]; readonly event?: 'content' | 'run' | readonly string[]; readonly time?: { readonly field: string; readonly unit?: 's' | 'ms' }; readonly attributes?: readonly string[]; readonly except?: readonly string[]; readonly labels?: Readonly<Record<string, string>>; readonly limits?: { readonly name?: number; readonly value?: number; readonly count?: number } }; readonly undo?: number; readonly allow_delete?: boolean })[]; readonly schedule?: { readonly kind: 'manual' } | { readonly kind: 'interval'; readonly every: number; readonly unit: 'minutes' | 'hours' | 'days' | 'weeks' | 'months'; readonly start: string; readonly after?: string; readonly end?: string; readonly delay?: string; readonly catch_up?: string } | { readonly kind: 'calendar'; readonly zone?: string; readonly weekdays?: readonly number[]; readonly month_days?: readonly number[]; readonly hours: readonly number[]; readonly minutes?: readonly number[]; readonly catch_up?: string } | { readonly kind: 'every'; readonly period: string } | { readonly kind: 'once'; readonly at?: string } | { readonly kind: 'after'; readonly pipeline: string }; readonly retry?: { readonly attempts?: number; readonly first_seconds?: number; readonly max_seconds?: number; readonly waits?: readonly number[] }; readonly priority?: number; readonly state?: 'active' | 'paused' }; reply: Pipeline };
  'pipelines.get': { input: { readonly workspace: string; readonly pipeline: string }; reply: Pipeline };
  'pipelines.update': { input: { readonly workspace: string; readonly pipeline: string; readonly name?: string; readonly flows?: readonly ({ readonly stream?: string; readonly query?: { readonly name: string; readonly sql: string }; readonly model?: string; readonly files?: { readonly ids: readonly string[]; readonly delimiter?: 'comma' | 'tab' | 'pipe' | 'semicolon'; readonly escape?: 'quote' | 'backslash'; readonly header?: boolean; readonly infer?: boolean; readonly naming?: 'kept' | 'plain'; readonly columns?: readonly { readonly name: string; readonly type?: string }[]; readonly overrides?: Readonly<Record<string, { readonly name?: string; readonly type?: string }>>; readonly by_place?: boolean }; readonly schema?: string; readonly into?: string; readonly read?: 'snapshot' | 'incremental'; readonly write?: 'append' | 'replace' | 'merge' | 'mirror'; readonly key?: readonly string[]; readonly version?: string; readonly cursor?: string; readonly follow?: { readonly key?: readonly string[]; readonly cursor?: string }; readonly stale?: 'write' | 'skip'; readonly lookback?: string; readonly from?: string; readonly until?: string; readonly null_cursor?: 'include' | 'skip' | 'fail'; readonly strict?: boolean; readonly nulls?: 'write' | 'keep'; readonly deletes?: 'hard' | 'soft' | 'ignore'; readonly existing?: 'any' | 'fail' | 'recreate'; readonly on_schema_change?: 'evolve' | 'freeze' | 'discard'; readonly select?: readonly string[]; readonly where?: string; readonly rename?: Readonly<Record<string, string>>; readonly cast?: Readonly<Record<string, string>>; readonly mask?: Readonly<Record<string, 'hash' | 'drop'>>; readonly max_rejects?: string; readonly fit?: { readonly others?: string; readonly drop?: readonly string[]; readonly rules?: readonly unknown[] }; readonly derive?: { readonly into: 'profiles' | 'events'; readonly kind?: string; readonly namespace?: string; readonly id?: string; readonly identities?: readonly { readonly field: string; readonly type: string }[]; readonly refused?: readonly string[]; readonly event?: 'content' | 'run' | readonly string[]; readonly time?: { readonly field: string; readonly unit?: 's' | 'ms' }; readonly attributes?: readonly string[]; readonly except?: readonly string[]; readonly labels?: Readonly<Record<string, string>>; readonly limits?: { readonly name?: number; readonly value?: number; readonly count?: number } }; readonly undo?: number; readonly allow_delete?: boolean })[]; readonly schedule?: { readonly kind: 'manual' } | { readonly kind: 'interval'; readonly every: number; readonly unit: 'minutes' | 'hours' | 'days' | 'weeks' | 'months'; readonly start: string; readonly after?: string; readonly end?: string; readonly delay?: string; readonly catch_up?: string } | { readonly kind: 'calendar'; readonly zone?: string; readonly weekdays?: readonly number[]; readonly month_days?: readonly number[]; readonly hours: readonly number[]; readonly minutes?: readonly number[]; readonly catch_up?: string } | { readonly kind: 'every'; readonly period: string } | { readonly kind: 'once'; readonly at?: string } | { readonly kind: 'after'; readonly pipeline: string }; readonly retry?: { readonly attempts?: number; readonly first_seconds?: number; readonly max_seconds?: number; readonly waits?: readonly number[] }; readonly priority?: number; readonly state?: 'active' | 'paused' | 'archived'; readonly if_version?: number }; reply: Pipeline };
  'pipelines.delete': { input: { readonly workspace: string; readonly pipeline: string; readonly data?: 'keep' | 'drop' }; reply: undefined };
  'pipelines.tables': { input: { readonly workspace: string; readonly pipeline: string }; reply: { readonly data: readonly { readonly table: string; readonly stream: string; readonly fresh_at: string; readonly age_seconds: number; readonly run: string; readonly rows_written: number }[] } };
  'pipelines.trigger': { input: { readonly workspace: string; readonly pipeline: string }; reply: Run };
  'pipelines.plan': { input: { readonly workspace: string; readonly pipeline: string; readonly compare?: boolean; readonly timeout_seconds?: number }; reply: { readonly flows: readonly ({ readonly plan: { readonly stream: string; readonly table: string; readonly mode: string; readonly lane: 'direct' | 'pushed down' | 'staged'; readonly format: string; readonly load_format: string; readonly columns: readonly { readonly from: string; readonly as: string; readonly source_type: string; readonly native_type: string }[]; readonly reasons: readonly { readonly about: string; readonly text: string }[]; readonly source_sql: readonly string[]; readonly destination_sql: readonly string[]; readonly changes: { readonly add: number; readonly change: number; readonly delete: number; readonly same: number; readonly samples: readonly ({ readonly kind: 'add' | 'change' | 'delete'; readonly key: Readonly<Record<string, string | null>>; readonly before?: Readonly<Record<string, string | null>>; readonly after?: Readonly<Record<string, string | null>> })[]; readonly held: string | null } | null } | null; readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null })[] } };
  'pipelines.resync': { input: { readonly workspace: string; readonly pipeline: string }; reply: Run };
  'pipelines.reset': { input: { readonly workspace: string; readonly pipeline: string }; reply: Pipeline };
  'pipelines.activate': { input: { readonly workspace: string; readonly pipeline: string; readonly if_version?: number }; reply: Pipeline };
  'pipelines.pause': { input: { readonly workspace: string; readonly pipeline: string; readonly if_version?: number }; reply: Pipeline };
  'pipelines.archive': { input: { readonly workspace: string; readonly pipeline: string; readonly if_version?: number }; reply: Pipeline };
  'pipelines.unarchive': { input: { readonly workspace: string; readonly pipeline: string; readonly if_version?: number }; reply: Pipeline };
  'pipelines.dependencies': { input: { readonly workspace: string; readonly pipeline: string }; reply: { readonly source: string; readonly destination: string; readonly models: readonly string[]; readonly schemas: readonly string[]; readonly after: readonly string[]; readonly followed_by: readonly string[] } };
  'runs.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number; readonly pipeline?: string; readonly state?: 'queued' | 'running' | 'retrying' | 'needs_review' | 'succeeded' | 'failed' | 'cancelled' }; reply: Page<Run> };
  'runs.get': { input: { readonly workspace: string; readonly run: string }; reply: Run };
  'runs.cancel': { input: { readonly workspace: string; readonly run: string }; reply: Run };
  'runs.approve': { input: { readonly workspace: string; readonly run: string }; reply: Run };
  'runs.reject': { input: { readonly workspace: string; readonly run: string }; reply: Run };
  'runs.logs': { input: { readonly workspace: string; readonly run: string; readonly after?: number; readonly limit?: number }; reply: { readonly data: readonly ({ readonly seq: number; readonly at: string; readonly level: 'info' | 'warn' | 'error'; readonly message: string; readonly fields: unknown })[] } };
  'runs.rejects': { input: { readonly workspace: string; readonly run: string; readonly table?: string; readonly cursor?: string; readonly limit?: number }; reply: { readonly data: readonly ({ readonly stream: string; readonly table: string; readonly file: string | null; readonly line: number | null; readonly row: number | null; readonly field: string | null; readonly code: string; readonly reason: string; readonly value: string | null; readonly record: Readonly<Record<string, string | null>> | null })[]; readonly has_more: boolean; readonly next_cursor: string | null } };
  'runs.outputs': { input: { readonly workspace: string; readonly run: string }; reply: { readonly data: readonly ({ readonly run: string; readonly name: string; readonly file: string | null; readonly value: unknown; readonly created_at: string })[] } };
  'runs.replay': { input: { readonly workspace: string; readonly run: string; readonly table?: string; readonly rows?: readonly (Readonly<Record<string, string | boolean | null | number>>)[]; readonly csv?: string }; reply: Run };
  'runs.undo': { input: { readonly workspace: string; readonly run: string; readonly table?: string }; reply: Run };
  'warehouse.tables': { input: { readonly workspace: string }; reply: { readonly data: readonly { readonly schema: string; readonly name: string; readonly view: boolean; readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[] }[] } };
  'warehouse.query': { input: { readonly workspace: string; readonly sql: string; readonly limit?: number; readonly timeout_seconds?: number }; reply: { readonly columns: readonly { readonly name: string; readonly type: string }[]; readonly rows: readonly (readonly (string | null)[])[]; readonly truncated: boolean } };
  'files.list': { input: { readonly workspace: string; readonly state?: 'pending' | 'ready' | 'expired' | 'deleted'; readonly cursor?: string; readonly limit?: number }; reply: Page<File> };
  'files.create': { input: { readonly workspace: string; readonly name: string; readonly content_type?: string; readonly size?: number; readonly sha256?: string; readonly md5?: string; readonly crc32?: string; readonly expires_at?: string }; reply: File };
  'files.get': { input: { readonly workspace: string; readonly file: string }; reply: File };
  'files.delete': { input: { readonly workspace: string; readonly file: string }; reply: undefined };
  'files.list_parts': { input: { readonly workspace: string; readonly file: string; readonly cursor?: string; readonly limit?: number }; reply: { readonly data: readonly { readonly number: number; readonly size: number; readonly sha256: string; readonly arrived_at: string }[]; readonly has_more: boolean; readonly next_cursor: string | null } };
  'files.complete': { input: { readonly workspace: string; readonly file: string; readonly parts?: number; readonly sha256?: string; readonly md5?: string; readonly crc32?: string }; reply: File };
  'files.abort': { input: { readonly workspace: string; readonly file: string }; reply: File };
  'files.sign': { input: { readonly workspace: string; readonly file: string; readonly method?: 'GET' | 'PUT' | 'POST'; readonly part?: number; readonly expires_in?: number }; reply: { readonly method: 'GET' | 'PUT' | 'POST'; readonly url: string; readonly expires_at: string } };
  'events.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number; readonly type?: 'run.succeeded' | 'run.with_rejects' | 'run.failed' | 'run.held' | 'run.stalled' | 'webhook.disabled' | 'webhook.test' | 'disk.budget'; readonly pipeline?: string }; reply: Page<Event> };
  'webhooks.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number }; reply: Page<Webhook> };
  'webhooks.create': { input: { readonly workspace: string; readonly name: string; readonly url: string; readonly events?: readonly ('run.succeeded' | 'run.with_rejects' | 'run.failed' | 'run.held' | 'run.stalled' | 'webhook.disabled' | 'webhook.test' | 'disk.budget')[]; readonly pipelines?: readonly string[] }; reply: { readonly id: string; readonly name: string; readonly events: readonly ('run.succeeded' | 'run.with_rejects' | 'run.failed' | 'run.held' | 'run.stalled' | 'webhook.disabled' | 'webhook.test' | 'disk.budget')[]; readonly pipelines: readonly string[]; readonly state: 'active' | 'paused' | 'disabled'; readonly failures: number; readonly failing_since: string | null; readonly version: number; readonly created_at: string; readonly updated_at: string; readonly url: string; readonly secret: string } };
  'webhooks.get': { input: { readonly workspace: string; readonly webhook: string }; reply: Webhook };
  'webhooks.update': { input: { readonly workspace: string; readonly webhook: string; readonly name?: string; readonly url?: string; readonly events?: readonly ('run.succeeded' | 'run.with_rejects' | 'run.failed' | 'run.held' | 'run.stalled' | 'webhook.disabled' | 'webhook.test' | 'disk.budget')[]; readonly pipelines?: readonly string[]; readonly state?: 'active' | 'paused'; readonly if_version?: number }; reply: Webhook };
  'webhooks.delete': { input: { readonly workspace: string; readonly webhook: string }; reply: undefined };
  'webhooks.rotate': { input: { readonly workspace: string; readonly webhook: string; readonly overlap_seconds?: number }; reply: { readonly id: string; readonly name: string; readonly events: readonly ('run.succeeded' | 'run.with_rejects' | 'run.failed' | 'run.held' | 'run.stalled' | 'webhook.disabled' | 'webhook.test' | 'disk.budget')[]; readonly pipelines: readonly string[]; readonly state: 'active' | 'paused' | 'disabled'; readonly failures: number; readonly failing_since: string | null; readonly version: number; readonly created_at: string; readonly updated_at: string; readonly url: string; readonly secret: string; readonly previous_until: string | null } };
  'webhooks.test': { input: { readonly workspace: string; readonly webhook: string }; reply: { readonly event: string } };
  'webhooks.deliveries': { input: { readonly workspace: string; readonly webhook: string; readonly cursor?: string; readonly limit?: number }; reply: { readonly data: readonly ({ readonly id: string; readonly state: 'waiting' | 'delivered' | 'failed'; readonly events: readonly string[]; readonly due_at: string | null; readonly created_at: string; readonly ended_at: string | null; readonly attempts: readonly ({ readonly attempt: number; readonly at: string; readonly status: number | null; readonly error: string | null; readonly ms: number })[] })[]; readonly has_more: boolean; readonly next_cursor: string | null } };
  'webhooks.redeliver': { input: { readonly workspace: string; readonly webhook: string; readonly delivery: string }; reply: { readonly id: string; readonly state: 'waiting' | 'delivered' | 'failed'; readonly events: readonly string[]; readonly due_at: string | null; readonly created_at: string; readonly ended_at: string | null; readonly attempts: readonly ({ readonly attempt: number; readonly at: string; readonly status: number | null; readonly error: string | null; readonly ms: number })[] } };
  'notifications.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number }; reply: Page<Notification> };
  'notifications.create': { input: { readonly workspace: string; readonly name: string; readonly to: readonly string[]; readonly events?: readonly ('run.succeeded' | 'run.with_rejects' | 'run.failed' | 'run.held' | 'run.stalled' | 'webhook.disabled' | 'webhook.test' | 'disk.budget')[]; readonly pipelines?: readonly string[]; readonly digest?: string }; reply: Notification };
  'notifications.get': { input: { readonly workspace: string; readonly notification: string }; reply: Notification };
  'notifications.update': { input: { readonly workspace: string; readonly notification: string; readonly name?: string; readonly to?: readonly string[]; readonly events?: readonly ('run.succeeded' | 'run.with_rejects' | 'run.failed' | 'run.held' | 'run.stalled' | 'webhook.disabled' | 'webhook.test' | 'disk.budget')[]; readonly pipelines?: readonly string[]; readonly digest?: string; readonly state?: 'active' | 'paused'; readonly if_version?: number }; reply: Notification };
  'notifications.delete': { input: { readonly workspace: string; readonly notification: string }; reply: undefined };
  'notifications.deliveries': { input: { readonly workspace: string; readonly notification: string; readonly cursor?: string; readonly limit?: number }; reply: { readonly data: readonly ({ readonly id: string; readonly state: 'waiting' | 'delivered' | 'failed'; readonly events: readonly string[]; readonly due_at: string | null; readonly created_at: string; readonly ended_at: string | null; readonly attempts: readonly ({ readonly attempt: number; readonly at: string; readonly status: number | null; readonly error: string | null; readonly ms: number })[] })[]; readonly has_more: boolean; readonly next_cursor: string | null } };
  'audit.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number }; reply: Page<Audit> };
  'keys.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number }; reply: Page<Key> };
  'keys.create': { input: { readonly workspace: string; readonly name: string; readonly kind?: 'backend' | 'publishable'; readonly scopes: readonly string[]; readonly expires_at?: string; readonly principal?: string }; reply: { readonly id: string; readonly name: string; readonly principal: string; readonly kind: 'backend' | 'publishable'; readonly scopes: readonly string[]; readonly created_at: string; readonly expires_at: string | null; readonly last_used_at: string | null; readonly revoked_at: string | null; readonly token: string } };
  'keys.revoke': { input: { readonly workspace: string; readonly key: string }; reply: Key };
  'principals.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number }; reply: Page<Principal> };
  'principals.create': { input: { readonly workspace: string; readonly kind?: 'user' | 'service'; readonly name: string; readonly email?: string | null }; reply: Principal };
  'principals.get': { input: { readonly workspace: string; readonly principal: string }; reply: Principal };
  'principals.update': { input: { readonly workspace: string; readonly principal: string; readonly name?: string; readonly email?: string | null; readonly disabled?: boolean }; reply: Principal };
  'groups.list': { input: { readonly workspace: string; readonly cursor?: string; readonly limit?: number }; reply: Page<Group> };
  'groups.create': { input: { readonly workspace: string; readonly name: string }; reply: Group };
  'groups.get': { input: { readonly workspace: string; readonly group: string }; reply: Group };
  'groups.rename': { input: { readonly workspace: string; readonly group: string; readonly name?: string }; reply: Group };
  'groups.delete': { input: { readonly workspace: string; readonly group: string }; reply: undefined };
  'groups.add-member': { input: { readonly workspace: string; readonly group: string; readonly principal: string }; reply: Group };
  'groups.remove-member': { input: { readonly workspace: string; readonly group: string; readonly principal: string }; reply: Group };
  'grants.list': { input: { readonly workspace: string; readonly connection?: string; readonly pipeline?: string; readonly model?: string; readonly schema?: string; readonly file?: string }; reply: { readonly data: readonly Grant[] } };
  'grants.set': { input: { readonly workspace: string; readonly connection?: string; readonly pipeline?: string; readonly model?: string; readonly schema?: string; readonly file?: string; readonly principal?: string; readonly group?: string; readonly level: 'read' | 'write' | 'manage' | 'own' }; reply: Grant };
  'grants.remove': { input: { readonly workspace: string; readonly connection?: string; readonly pipeline?: string; readonly model?: string; readonly schema?: string; readonly file?: string; readonly principal?: string; readonly group?: string }; reply: undefined };
  'grants.transfer': { input: { readonly workspace: string; readonly connection?: string; readonly pipeline?: string; readonly model?: string; readonly schema?: string; readonly file?: string; readonly principal: string }; reply: Grant };
  'workspaces.usage': { input: { readonly workspace: string }; reply: { readonly limits: { readonly connections: number | null; readonly pipelines: number | null; readonly runs_a_day: number | null; readonly rows_a_month: number | null; readonly storage_bytes: number | null; readonly requests_a_minute: number | null }; readonly connections: number; readonly pipelines: number; readonly runs_today: number; readonly rows_this_month: number; readonly storage_bytes: number; readonly requests_today: number } };
  'limits.set': { input: { readonly workspace: string; readonly connections?: number | null; readonly pipelines?: number | null; readonly runs_a_day?: number | null; readonly rows_a_month?: number | null; readonly storage_bytes?: number | null; readonly requests_a_minute?: number | null }; reply: { readonly connections: number | null; readonly pipelines: number | null; readonly runs_a_day: number | null; readonly rows_a_month: number | null; readonly storage_bytes: number | null; readonly requests_a_minute: number | null } };
  'runs.events': { input: { readonly workspace: string; readonly run: string; readonly after?: number }; reply: string };
  'runs.rejects.csv': { input: { readonly workspace: string; readonly run: string; readonly table?: string; readonly form?: 'reasons' | 'rows' }; reply: string };
  'keys.exchange': { input: { readonly grant_type: 'client_credentials'; readonly client_id?: string; readonly client_secret?: string }; reply: { readonly access_token: string; readonly token_type: 'Bearer'; readonly expires_in: number } };
  'backup.create': { input: { readonly passphrase?: string }; reply: string };
  'files.upload_by_form': { input: { readonly file: string }; reply: undefined };
  'files.upload': { input: { readonly workspace: string; readonly file: string }; reply: File };
  'files.download': { input: { readonly workspace: string; readonly file: string }; reply: string };
  'files.send_part': { input: { readonly workspace: string; readonly file: string; readonly number: number }; reply: { readonly number: number; readonly size: number; readonly sha256: string; readonly arrived_at: string } };
  'files.upload_by_link': { input: { readonly file: string }; reply: File };
  'files.download_by_link': { input: { readonly file: string }; reply: string };
  'files.send_part_by_link': { input: { readonly file: string; readonly number: number }; reply: { readonly number: number; readonly size: number; readonly sha256: string; readonly arrived_at: string } };
}

export const operations: Readonly<Record<keyof Operations, { readonly method: string; readonly path: string }>> = {
  'connectors.list': { method: 'GET', path: '/v1/connectors' },
  'workspaces.list': { method: 'GET', path: '/v1/workspaces' },
  'workspaces.create': { method: 'POST', path: '/v1/workspaces' },
  'test-clock.get': { method: 'GET', path: '/v1/test-clock' },
  'test-clock.advance': { method: 'POST', path: '/v1/test-clock' },
  'connections.list': { method: 'GET', path: '/v1/workspaces/{workspace}/connections' },
  'connections.create': { method: 'POST', path: '/v1/workspaces/{workspace}/connections' },
  'connections.get': { method: 'GET', path: '/v1/workspaces/{workspace}/connections/{connection}' },
  'connections.update': { method: 'PATCH', path: '/v1/workspaces/{workspace}/connections/{connection}' },
  'connections.delete': { method: 'DELETE', path: '/v1/workspaces/{workspace}/connections/{connection}' },
  'connections.check': { method: 'POST', path: '/v1/workspaces/{workspace}/connections/{connection}/check' },
  'connections.discover': { method: 'POST', path: '/v1/workspaces/{workspace}/connections/{connection}/discover' },
  'connections.preview': { method: 'POST', path: '/v1/workspaces/{workspace}/connections/{connection}/preview' },
  'models.list': { method: 'GET', path: '/v1/workspaces/{workspace}/models' },
  'models.create': { method: 'POST', path: '/v1/workspaces/{workspace}/models' },
  'models.validate': { method: 'POST', path: '/v1/workspaces/{workspace}/models/validate' },
  'models.get': { method: 'GET', path: '/v1/workspaces/{workspace}/models/{model}' },
  'models.update': { method: 'PATCH', path: '/v1/workspaces/{workspace}/models/{model}' },
  'models.delete': { method: 'DELETE', path: '/v1/workspaces/{workspace}/models/{model}' },
  'models.preview': { method: 'POST', path: '/v1/workspaces/{workspace}/models/{model}/preview' },
  'schemas.list': { method: 'GET', path: '/v1/workspaces/{workspace}/schemas' },
  'schemas.create': { method: 'POST', path: '/v1/workspaces/{workspace}/schemas' },
  'schemas.get': { method: 'GET', path: '/v1/workspaces/{workspace}/schemas/{schema}' },
  'schemas.update': { method: 'PATCH', path: '/v1/workspaces/{workspace}/schemas/{schema}' },
  'schemas.delete': { method: 'DELETE', path: '/v1/workspaces/{workspace}/schemas/{schema}' },
  'schemas.versions': { method: 'GET', path: '/v1/workspaces/{workspace}/schemas/{schema}/versions' },
  'pipelines.list': { method: 'GET', path: '/v1/workspaces/{workspace}/pipelines' },
  'pipelines.create': { method: 'POST', path: '/v1/workspaces/{workspace}/pipelines' },
  'pipelines.get': { method: 'GET', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}' },
  'pipelines.update': { method: 'PATCH', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}' },
  'pipelines.delete': { method: 'DELETE', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}' },
  'pipelines.tables': { method: 'GET', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}/tables' },
  'pipelines.trigger': { method: 'POST', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}/trigger' },
  'pipelines.plan': { method: 'POST', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}/plan' },
  'pipelines.resync': { method: 'POST', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}/resync' },
  'pipelines.reset': { method: 'POST', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}/reset' },
  'pipelines.activate': { method: 'POST', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}/activate' },
  'pipelines.pause': { method: 'POST', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}/pause' },
  'pipelines.archive': { method: 'POST', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}/archive' },
  'pipelines.unarchive': { method: 'POST', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}/unarchive' },
  'pipelines.dependencies': { method: 'GET', path: '/v1/workspaces/{workspace}/pipelines/{pipeline}/dependencies' },
  'runs.list': { method: 'GET', path: '/v1/workspaces/{workspace}/runs' },
  'runs.get': { method: 'GET', path: '/v1/workspaces/{workspace}/runs/{run}' },
  'runs.cancel': { method: 'POST', path: '/v1/workspaces/{workspace}/runs/{run}/cancel' },
  'runs.approve': { method: 'POST', path: '/v1/workspaces/{workspace}/runs/{run}/approve' },
  'runs.reject': { method: 'POST', path: '/v1/workspaces/{workspace}/runs/{run}/reject' },
  'runs.logs': { method: 'GET', path: '/v1/workspaces/{workspace}/runs/{run}/logs' },
  'runs.rejects': { method: 'GET', path: '/v1/workspaces/{workspace}/runs/{run}/rejects' },
  'runs.outputs': { method: 'GET', path: '/v1/workspaces/{workspace}/runs/{run}/outputs' },
  'runs.replay': { method: 'POST', path: '/v1/workspaces/{workspace}/runs/{run}/replay' },
  'runs.undo': { method: 'POST', path: '/v1/workspaces/{workspace}/runs/{run}/undo' },
  'warehouse.tables': { method: 'GET', path: '/v1/workspaces/{workspace}/warehouse/tables' },
  'warehouse.query': { method: 'POST', path: '/v1/workspaces/{workspace}/warehouse/query' },
  'files.list': { method: 'GET', path: '/v1/workspaces/{workspace}/files' },
  'files.create': { method: 'POST', path: '/v1/workspaces/{workspace}/files' },
  'files.get': { method: 'GET', path: '/v1/workspaces/{workspace}/files/{file}' },
  'files.delete': { method: 'DELETE', path: '/v1/workspaces/{workspace}/files/{file}' },
  'files.list_parts': { method: 'GET', path: '/v1/workspaces/{workspace}/files/{file}/parts' },
  'files.complete': { method: 'POST', path: '/v1/workspaces/{workspace}/files/{file}/complete' },
  'files.abort': { method: 'POST', path: '/v1/workspaces/{workspace}/files/{file}/abort' },
  'files.sign': { method: 'POST', path: '/v1/workspaces/{workspace}/files/{file}/links' },
  'events.list': { method: 'GET', path: '/v1/workspaces/{workspace}/events' },
  'webhooks.list': { method: 'GET', path: '/v1/workspaces/{workspace}/webhooks' },
  'webhooks.create': { method: 'POST', path: '/v1/workspaces/{workspace}/webhooks' },
  'webhooks.get': { method: 'GET', path: '/v1/workspaces/{workspace}/webhooks/{webhook}' },
  'webhooks.update': { method: 'PATCH', path: '/v1/workspaces/{workspace}/webhooks/{webhook}' },
  'webhooks.delete': { method: 'DELETE', path: '/v1/workspaces/{workspace}/webhooks/{webhook}' },
  'webhooks.rotate': { method: 'POST', path: '/v1/workspaces/{workspace}/webhooks/{webhook}/rotate' },
  'webhooks.test': { method: 'POST', path: '/v1/workspaces/{workspace}/webhooks/{webhook}/test' },
  'webhooks.deliveries': { method: 'GET', path: '/v1/workspaces/{workspace}/webhooks/{webhook}/deliveries' },
  'webhooks.redeliver': { method: 'POST', path: '/v1/workspaces/{workspace}/webhooks/{webhook}/deliveries/{delivery}/redeliver' },
  'notifications.list': { method: 'GET', path: '/v1/workspaces/{workspace}/notifications' },
  'notifications.create': { method: 'POST', path: '/v1/workspaces/{workspace}/notifications' },
  'notifications.get': { method: 'GET', path: '/v1/workspaces/{workspace}/notifications/{notification}' },
  'notifications.update': { method: 'PATCH', path: '/v1/workspaces/{workspace}/notifications/{notification}' },
  'notifications.delete': { method: 'DELETE', path: '/v1/workspaces/{workspace}/notifications/{notification}' },
  'notifications.deliveries': { method: 'GET', path: '/v1/workspaces/{workspace}/notifications/{notification}/deliveries' },
  'audit.list': { method: 'GET', path: '/v1/workspaces/{workspace}/audit' },
  'keys.list': { method: 'GET', path: '/v1/workspaces/{workspace}/keys' },
  'keys.create': { method: 'POST', path: '/v1/workspaces/{workspace}/keys' },
  'keys.revoke': { method: 'DELETE', path: '/v1/workspaces/{workspace}/keys/{key}' },
  'principals.list': { method: 'GET', path: '/v1/workspaces/{workspace}/principals' },
  'principals.create': { method: 'POST', path: '/v1/workspaces/{workspace}/principals' },
  'principals.get': { method: 'GET', path: '/v1/workspaces/{workspace}/principals/{principal}' },
  'principals.update': { method: 'PATCH', path: '/v1/workspaces/{workspace}/principals/{principal}' },
  'groups.list': { method: 'GET', path: '/v1/workspaces/{workspace}/groups' },
  'groups.create': { method: 'POST', path: '/v1/workspaces/{workspace}/groups' },
  'groups.get': { method: 'GET', path: '/v1/workspaces/{workspace}/groups/{group}' },
  'groups.rename': { method: 'PATCH', path: '/v1/workspaces/{workspace}/groups/{group}' },
  'groups.delete': { method: 'DELETE', path: '/v1/workspaces/{workspace}/groups/{group}' },
  'groups.add-member': { method: 'PUT', path: '/v1/workspaces/{workspace}/groups/{group}/members/{principal}' },
  'groups.remove-member': { method: 'DELETE', path: '/v1/workspaces/{workspace}/groups/{group}/members/{principal}' },
  'grants.list': { method: 'GET', path: '/v1/workspaces/{workspace}/grants' },
  'grants.set': { method: 'PUT', path: '/v1/workspaces/{workspace}/grants' },
  'grants.remove': { method: 'DELETE', path: '/v1/workspaces/{workspace}/grants' },
  'grants.transfer': { method: 'POST', path: '/v1/workspaces/{workspace}/grants/transfer' },
  'workspaces.usage': { method: 'GET', path: '/v1/workspaces/{workspace}/usage' },
  'limits.set': { method: 'PUT', path: '/v1/workspaces/{workspace}/limits' },
  'runs.events': { method: 'GET', path: '/v1/workspaces/{workspace}/runs/{run}/events' },
  'runs.rejects.csv': { method: 'GET', path: '/v1/workspaces/{workspace}/runs/{run}/rejects.csv' },
  'keys.exchange': { method: 'POST', path: '/v1/oauth/token' },
  'backup.create': { method: 'POST', path: '/v1/backup' },
  'files.upload_by_form': { method: 'POST', path: '/v1/links/files/{file}/form' },
  'files.upload': { method: 'PUT', path: '/v1/workspaces/{workspace}/files/{file}/content' },
  'files.download': { method: 'GET', path: '/v1/workspaces/{workspace}/files/{file}/content' },
  'files.send_part': { method: 'PUT', path: '/v1/workspaces/{workspace}/files/{file}/parts/{number}' },
  'files.upload_by_link': { method: 'PUT', path: '/v1/links/files/{file}/content' },
  'files.download_by_link': { method: 'GET', path: '/v1/links/files/{file}/content' },
  'files.send_part_by_link': { method: 'PUT', path: '/v1/links/files/{file}/parts/{number}' },
};
