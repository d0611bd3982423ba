-- A subscription hears of a run that is at work for so long, once, and of no other stalled one.
alter table headgate.subscriptions add column stall_minutes integer;
alter table headgate.runs add column overdue_at timestamptz;
create index subscriptions_stall on headgate.subscriptions (workspace_id) where stall_minutes is not null;

-- What runs do that nobody has asked for in so many words; null = the flows of the pipeline.
alter table headgate.pipelines add column task jsonb;
-- A tick that comes while a run has not ended makes no other.
alter table headgate.pipelines add column alone boolean not null default false;
