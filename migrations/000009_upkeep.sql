-- What a connection can bear: `ConnectionPolicy` (domain/connection-policy.ts), and what follows from it for runs at the same time.
alter table headgate.connections add column policy jsonb not null default '{}';
alter table headgate.connections add column runs_at_once integer;

-- A run whose connections are closed waits in its state until `retry_at`.
drop index headgate.runs_retry;
create index runs_retry on headgate.runs (retry_at) where state in ('queued', 'retrying') and retry_at is not null;

-- How fresh each table is: what its rows showed when the run that wrote them began.
create table headgate.table_freshness (
  workspace_id bigint not null references headgate.workspaces,
  pipeline_id text not null references headgate.pipelines on delete cascade,
  stream text not null,
  table_name text not null,
  fresh_at timestamptz not null,
  run_id text not null,
  rows_written bigint not null,
  primary key (pipeline_id, stream, table_name)
);
create index table_freshness_workspace on headgate.table_freshness (workspace_id, pipeline_id);

-- What is removed by its age is found by it.
create index runs_finished on headgate.runs (finished_at) where finished_at is not null;

-- What is kept on disk by each machine, in bytes by kind, as it was last measured; `budget` = how much there may be.
create table headgate.kept (
  place text not null,
  kind text not null,
  bytes bigint not null,
  measured_at timestamptz not null default now(),
  -- Of the budget: since when it is passed, which is told once.
  passed_at timestamptz,
  primary key (place, kind)
);

-- Entries go when they are old, and only by whoever says that this is what they do.
create or replace function headgate.audit_log_only_grows() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.outcome is null and new.outcome is not null
    and (new.id, new.at, new.actor, new.operation, new.ip, new.request_id, new.workspace_id)
      is not distinct from (old.id, old.at, old.actor, old.operation, old.ip, old.request_id, old.workspace_id) then
    return new;
  end if;
  if tg_op = 'DELETE' and old.at < now() - interval '90 days' and current_setting('headgate.keeping', true) = 'audit' then
    return old;
  end if;
  raise exception 'the audit log only grows' using errcode = 'restrict_violation';
end $$;
create index audit_log_age on headgate.audit_log (at);
