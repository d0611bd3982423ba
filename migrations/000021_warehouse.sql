-- The connection that keeps what dialects derive, users and events, of the pipelines that are made from then on. No row = the
-- workspace's own warehouse. A table of its own: workspaces and connections must not refer to each other, for backups go in order.
create table headgate.keepers (
  workspace_id bigint primary key references headgate.workspaces,
  connection_id text not null references headgate.connections
);
create index keepers_connection on headgate.keepers (connection_id);
