-- A large table that a run reads in partitions, staged by all workers that are free: while the run's owner has it open.
create table headgate.spreads (
  id bigint primary key generated always as identity,
  workspace_id bigint not null references headgate.workspaces,
  run_id text not null unique references headgate.runs on delete cascade,
  -- That of the run: under a later one nobody stages any of it.
  fence bigint not null,
  -- All that a worker must know beside its partition (engine/partitions.ts).
  job jsonb not null,
  -- Most partitions at the same time, over all workers.
  readers integer not null
);
create index spreads_workspace on headgate.spreads (workspace_id);

create table headgate.partitions (
  spread_id bigint not null references headgate.spreads on delete cascade,
  workspace_id bigint not null references headgate.workspaces,
  number integer not null,
  range jsonb,
  state text not null default 'open' check (state in ('open', 'staged', 'failed')),
  -- Ownership, as of runs: each takeover raises the fence. Of what is staged, who did it.
  lease_owner text,
  lease_until timestamptz,
  fence bigint not null default 0,
  failures integer not null default 0,
  result jsonb,
  error jsonb,
  primary key (spread_id, number)
);
create index partitions_workspace on headgate.partitions (workspace_id);
