alter table headgate.external_objects
  -- The order in which they were made: dialects list by it.
  add column seq bigint not null generated always as identity,
  add column created_at timestamptz not null default now();
create unique index external_objects_listed on headgate.external_objects (dialect, workspace_id, kind, seq);
-- One name per object: asking twice for the number of a run gives the same one.
create unique index external_objects_one on headgate.external_objects (dialect, workspace_id, kind, object_id);

-- The last number that was given out in a space of numbers: of one kind of object, or of several that share it.
create table headgate.external_numbers (
  dialect text not null,
  workspace_id bigint not null references headgate.workspaces,
  space text not null,
  last bigint not null,
  primary key (dialect, workspace_id, space)
);

-- What is repeated is repeated byte for byte, and with its headers: the entity tag, the address of what was made.
alter table headgate.idempotency add column headers jsonb not null default '{}', alter column reply type text using reply::text;
