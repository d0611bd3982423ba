-- The connection that keeps what dialects derive, users and events, of the pipelines that are made from then on; null = the
-- workspace's own warehouse.
alter table headgate.workspaces add column keeps_in text references headgate.connections;
