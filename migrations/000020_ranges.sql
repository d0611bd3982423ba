-- Pipelines whose runs read a range of time each: RangePolicy (domain/range.ts), and how far they have come.
create table headgate.ranges (
  pipeline_id text primary key references headgate.pipelines on delete cascade,
  workspace_id bigint not null references headgate.workspaces,
  policy jsonb not null,
  -- The end of the last range that a run has brought to a good end; null = none yet.
  done_to timestamptz,
  -- Goes up when what was read before no longer counts: runs of an older epoch move nothing.
  epoch integer not null default 0,
  -- The number of the last run that ended well (below).
  last_good bigint,
  -- How many runs there are: the number of the last one within the pipeline.
  runs integer not null default 0
);
create index ranges_workspace on headgate.ranges (workspace_id);

create table headgate.run_ranges (
  run_id text primary key references headgate.runs on delete cascade,
  workspace_id bigint not null references headgate.workspaces,
  pipeline_id text not null references headgate.ranges on delete cascade,
  -- A number for people and for vocabularies without our ids; it grows.
  number bigint not null unique generated always as identity,
  -- Without gaps within the pipeline, so that a page is found without counting.
  ordinal integer not null,
  epoch integer not null,
  -- What the run is called after: the opening of its interval, or when it was asked for.
  logical_at timestamptz not null,
  -- No row after this instant is of this run.
  up_to timestamptz not null,
  -- Settled by the first attempt, the same for all others.
  settled boolean not null default false,
  range_from timestamptz,
  range_to timestamptz,
  unique (pipeline_id, ordinal)
);
create index run_ranges_logical on headgate.run_ranges (pipeline_id, logical_at, number);

-- What stopped an object until somebody repairs it or it works again: its pipelines drop their ticks meanwhile.
create table headgate.faults (
  workspace_id bigint not null references headgate.workspaces,
  object_id text not null,
  code text not null,
  message text not null,
  at timestamptz not null,
  primary key (workspace_id, object_id)
);
