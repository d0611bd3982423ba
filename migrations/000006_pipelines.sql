alter table headgate.runs
  -- Reads from the beginning, whatever position the destination has.
  add column from_start boolean not null default false,
  -- The wish of its pipeline (below) that this run took up.
  add column restart_at timestamptz,
  -- What it does instead of the flows of its pipeline: RunTask (domain/run.ts).
  add column task jsonb;

alter table headgate.pipelines
  -- Somebody wants the next run to read from the beginning.
  add column restart_at timestamptz;

-- One row per refused field of a run. A character that text cannot hold, zero, is stored as U+2400.
create table headgate.rejects (
  workspace_id bigint not null references headgate.workspaces,
  run_id text not null references headgate.runs on delete cascade,
  seq bigint not null,
  at timestamptz not null default now(),
  stream text not null,
  table_name text not null,
  file text,
  line bigint,
  row_number bigint,
  field text,
  code text not null,
  reason text not null,
  value text,
  -- The whole row by field, where it was one.
  record json,
  primary key (run_id, seq)
);
create index rejects_age on headgate.rejects (at);

-- Corrected rows that a run brings into its table.
create table headgate.replays (
  run_id text primary key references headgate.runs on delete cascade,
  workspace_id bigint not null references headgate.workspaces,
  format text not null check (format in ('csv', 'ndjson')),
  content text not null
);

create table headgate.models (
  id text primary key,
  workspace_id bigint not null references headgate.workspaces,
  slug text not null,
  name text not null,
  connection_id text not null references headgate.connections,
  sql text not null,
  -- As the source described them when it was last asked; null = it was not.
  columns jsonb,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, slug)
);
create index models_workspace on headgate.models (workspace_id, id);
create index models_connection on headgate.models (connection_id);

create table headgate.schemas (
  id text primary key,
  workspace_id bigint not null references headgate.workspaces,
  slug text not null,
  name text not null,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, slug)
);
create index schemas_workspace on headgate.schemas (workspace_id, id);

-- Never changed: runs and pipelines name them. `json`, because the order of its keys is part of what people wrote.
create table headgate.schema_versions (
  workspace_id bigint not null references headgate.workspaces,
  schema_id text not null references headgate.schemas on delete cascade,
  version integer not null,
  definition json not null,
  created_at timestamptz not null default now(),
  primary key (schema_id, version)
);
