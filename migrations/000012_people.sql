-- Who asks: people and programs. Without a workspace: of the server itself, with every right in every workspace.
create table headgate.principals (
  id text primary key,
  workspace_id bigint references headgate.workspaces,
  kind text not null check (kind in ('user', 'service')),
  name text not null,
  email text,
  created_at timestamptz not null default now(),
  -- Its keys are refused from here on.
  disabled_at timestamptz
);
create index principals_workspace on headgate.principals (workspace_id, id);
create unique index principals_email on headgate.principals (workspace_id, lower(email)) where email is not null;

create table headgate.groups (
  id text primary key,
  workspace_id bigint not null references headgate.workspaces,
  name text not null,
  created_at timestamptz not null default now(),
  unique (workspace_id, name)
);

create table headgate.group_members (
  workspace_id bigint not null references headgate.workspaces,
  group_id text not null references headgate.groups on delete cascade,
  principal_id text not null references headgate.principals on delete cascade,
  primary key (group_id, principal_id)
);
create index group_members_principal on headgate.group_members (principal_id);

-- One level per object and whoever has it: the higher ones hold the lower. What is granted on `workspace` holds for all of it.
create table headgate.grants (
  workspace_id bigint not null references headgate.workspaces,
  object_id text not null,
  principal_id text references headgate.principals on delete cascade,
  group_id text references headgate.groups on delete cascade,
  level smallint not null check (level between 1 and 4),
  created_at timestamptz not null default now(),
  check (num_nonnulls(principal_id, group_id) = 1),
  unique nulls not distinct (workspace_id, object_id, principal_id, group_id)
);
create index grants_principal on headgate.grants (principal_id, object_id) where principal_id is not null;
create index grants_group on headgate.grants (group_id, object_id) where group_id is not null;
-- An object has one owner.
create unique index grants_owner on headgate.grants (workspace_id, object_id) where level = 4 and object_id <> 'workspace';

-- What a principal may do, by itself or through a group.
create view headgate.rights as
  select workspace_id, object_id, principal_id, level from headgate.grants where principal_id is not null
  union all
  select g.workspace_id, g.object_id, m.principal_id, g.level
  from headgate.grants g join headgate.group_members m on m.group_id = g.group_id;

insert into headgate.principals (id, kind, name) values ('pri_server', 'service', 'The server');
-- Keys that are there already do what they did: in each workspace they belong to an account that owns it.
insert into headgate.principals (id, workspace_id, kind, name)
  select 'pri_workspace' || id, id, 'service', 'Keys made before there were principals' from headgate.workspaces w
  where exists (select from headgate.api_keys k where k.workspace_id = w.id);
insert into headgate.grants (workspace_id, object_id, principal_id, level)
  select workspace_id, 'workspace', id, 4 from headgate.principals where workspace_id is not null;
alter table headgate.api_keys add column principal_id text references headgate.principals;
update headgate.api_keys set principal_id = coalesce('pri_workspace' || workspace_id, 'pri_server');
alter table headgate.api_keys alter column principal_id set not null;
create index api_keys_principal on headgate.api_keys (principal_id);

-- Which principal it was, and what became of the object: digests of its row before and after.
alter table headgate.audit_log
  add column principal_id text,
  add column old_hash text,
  add column new_hash text;

-- Null = as much as the server can bear.
create table headgate.limits (
  workspace_id bigint primary key references headgate.workspaces,
  connections bigint check (connections >= 0),
  pipelines bigint check (pipelines >= 0),
  runs_a_day bigint check (runs_a_day >= 0),
  rows_a_month bigint check (rows_a_month >= 0),
  storage_bytes bigint check (storage_bytes >= 0),
  requests_a_minute bigint check (requests_a_minute > 0)
);

-- By days of UTC.
create table headgate.usage (
  workspace_id bigint not null references headgate.workspaces,
  day date not null,
  runs bigint not null default 0,
  rows bigint not null default 0,
  requests bigint not null default 0,
  primary key (workspace_id, day)
);
