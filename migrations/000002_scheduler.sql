alter table headgate.pipelines
  -- When the last tick that was dispatched was due.
  add column last_due_at timestamptz,
  -- The pipeline whose success starts this one.
  add column after_id text references headgate.pipelines,
  -- RetryPolicy (domain/retry.ts); what is left out has its default there.
  add column retry jsonb not null default '{}',
  -- The higher, the sooner.
  add column priority integer not null default 0 check (priority between -100 and 100);
create index pipelines_after on headgate.pipelines (after_id) where after_id is not null;

alter table headgate.runs
  -- What the run is about: the time between its tick and the one before.
  add column span_from timestamptz,
  add column span_to timestamptz,
  -- Attempts that failed; those that were handed back or cut off do not count.
  add column failures integer not null default 0,
  -- No attempt before this moment.
  add column retry_at timestamptz,
  -- A person has allowed this run to delete.
  add column allow_delete boolean not null default false,
  -- needs_review ends here.
  add column review_until timestamptz;
drop index headgate.runs_leased;
create index runs_unfinished on headgate.runs (pipeline_id, id) where state in ('queued', 'running', 'retrying');
create index runs_retry on headgate.runs (retry_at) where state = 'retrying' and retry_at is not null;
create index runs_review on headgate.runs (review_until) where state = 'needs_review';
create index runs_at_work on headgate.runs (workspace_id) where state = 'running';

-- The time of a server that was started with --test-clock.
create table headgate.test_clock (
  single boolean primary key default true check (single),
  now timestamptz not null
);
