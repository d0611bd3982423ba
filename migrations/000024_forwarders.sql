-- Limits of pipelines whose runs each read a range: RangeLimits (domain/range.ts); null = as their vocabulary has them.
alter table headgate.limits add column ranges jsonb;
