-- What a run has made besides rows in tables: files, and answers to questions.
create table headgate.run_outputs (
  run_id text not null references headgate.runs (id) on delete cascade,
  seq integer not null,
  workspace_id bigint not null references headgate.workspaces (id),
  -- What was made as it is told to people; a file's own name.
  name text not null,
  -- The id of the file; null = a value alone.
  file_id text,
  value jsonb not null,
  created_at timestamptz not null default now(),
  primary key (run_id, seq)
);

create index run_outputs_file on headgate.run_outputs (workspace_id, file_id) where file_id is not null;
