-- Limits of pipelines whose runs each read a range: RangeLimits (domain/range.ts); null = as their vocabulary has them.
alter table headgate.limits add column ranges jsonb;

-- Addresses that events and users are posted on to. What signs the requests, and headers of the user's, are sealed secrets.
create table headgate.forwarders (
  id text primary key,
  workspace_id bigint not null references headgate.workspaces,
  name text not null,
  url text not null,
  -- Names of the user's headers.
  headers text[] not null,
  -- Most batches of one request.
  batch integer not null,
  state text not null check (state in ('active', 'paused')),
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index forwarders_workspace on headgate.forwarders (workspace_id, id);

-- How far a pipeline's events and users have been posted on.
create table headgate.forwards (
  pipeline_id text primary key references headgate.pipelines on delete cascade,
  workspace_id bigint not null references headgate.workspaces,
  forwarder_id text not null references headgate.forwarders,
  -- On every batch: environment, data plan.
  labels jsonb not null,
  -- What the warehouse knows the pipeline's flows by, as their receipts say.
  imports text[] not null,
  -- Marks (domain/forward.ts).
  positions jsonb not null default '{}',
  sent bigint not null default 0,
  sent_at timestamptz,
  -- Goes up when a run has ended: who was at work meanwhile looks again.
  wanted bigint not null default 0,
  -- Null = everything there was has been posted.
  due_at timestamptz,
  -- Whose process died at it: taken over, by the next number.
  lease_until timestamptz,
  fence bigint not null default 0,
  failures integer not null default 0,
  error text
);
create index forwards_forwarder on headgate.forwards (forwarder_id);
create index forwards_due on headgate.forwards (due_at) where due_at is not null;
