-- What has happened, written in the transaction in which it happened. `body` = the bytes that every webhook gets.
create table headgate.events (
  id text primary key,
  workspace_id bigint not null references headgate.workspaces,
  kind text not null,
  at timestamptz not null,
  pipeline_id text,
  run_id text,
  body text not null
);
create index events_workspace on headgate.events (workspace_id, id);
create index events_age on headgate.events (at);

-- Who wants to hear of them: an address that is posted to, or people who get mail. Empty lists = all.
create table headgate.subscriptions (
  id text primary key,
  workspace_id bigint not null references headgate.workspaces,
  channel text not null check (channel in ('webhook', 'email')),
  name text not null,
  target text[] not null,
  kinds text[] not null,
  pipelines text[] not null,
  -- Events within this time of the first one go out together.
  digest_seconds integer not null default 0,
  state text not null check (state in ('active', 'paused', 'disabled')),
  -- Attempts that failed since the last one that did not, since when, and until when nothing is tried.
  failures integer not null default 0,
  failing_since timestamptz,
  hold_until timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index subscriptions_workspace on headgate.subscriptions (workspace_id, channel, id);

create table headgate.deliveries (
  id text primary key,
  workspace_id bigint not null references headgate.workspaces,
  subscription_id text not null references headgate.subscriptions on delete cascade,
  events text[] not null,
  state text not null check (state in ('waiting', 'delivered', 'failed')),
  -- A digest that still takes events.
  collecting boolean not null default false,
  attempt integer not null default 0,
  due_at timestamptz not null,
  -- Whose process died at it: tried again.
  lease_until timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index deliveries_workspace on headgate.deliveries (workspace_id, subscription_id, id);
create index deliveries_due on headgate.deliveries (subscription_id, due_at) where state = 'waiting';
create unique index deliveries_collecting on headgate.deliveries (subscription_id) where collecting;
create index deliveries_age on headgate.deliveries (created_at);

create table headgate.delivery_attempts (
  delivery_id text not null references headgate.deliveries on delete cascade,
  attempt integer not null,
  at timestamptz not null,
  -- Of HTTP or SMTP; null = there was no answer, and `error` has the code.
  status integer,
  error text,
  ms integer not null,
  primary key (delivery_id, attempt)
);

-- An event for a run that does not end is made once.
alter table headgate.runs add column stalled_at timestamptz;
create index runs_unstalled on headgate.runs (queued_at) where stalled_at is null and state in ('queued', 'running', 'retrying');
