-- What people upload. The bytes lie in the storage under a key of `stored_objects`; a file is never changed once it is ready.
create table headgate.files (
  id text primary key,
  workspace_id bigint not null references headgate.workspaces,
  name text not null,
  content_type text not null,
  state text not null check (state in ('pending', 'ready', 'expired', 'deleted')),
  -- Until it is ready: what was declared. Checksums are hexadecimal.
  size bigint check (size >= 0),
  sha256 text,
  md5 text,
  crc32 text,
  -- Bytes that were announced of a pending file so far, or have arrived.
  reserved bigint not null default 0,
  -- Until then a pending file may become ready, and a ready one is kept; null = for ever.
  pending_until timestamptz not null,
  expires_at timestamptz,
  created_at timestamptz not null,
  ready_at timestamptz
);
create index files_workspace on headgate.files (workspace_id, id);
create index files_pending on headgate.files (pending_until) where state = 'pending';
create index files_expiring on headgate.files (expires_at) where state = 'ready' and expires_at is not null;

-- Written before the first byte, so that nothing in the storage is ever unknown here. What has a moment to go by then goes.
create table headgate.stored_objects (
  key text primary key,
  workspace_id bigint not null references headgate.workspaces,
  file_id text not null references headgate.files,
  -- The storage's own name of a multipart upload; null = the object is written in one go.
  upload text,
  -- Null = it holds the bytes of a file that is ready.
  gone_by timestamptz
);
create index stored_objects_file on headgate.stored_objects (file_id);
create index stored_objects_gone on headgate.stored_objects (gone_by) where gone_by is not null;

-- The parts that have arrived of a multipart upload.
create table headgate.file_parts (
  key text not null references headgate.stored_objects on delete cascade,
  workspace_id bigint not null references headgate.workspaces,
  number integer not null check (number between 1 and 10000),
  size bigint not null,
  sha256 text not null,
  -- The storage's own proof of the part.
  ref text not null,
  arrived_at timestamptz not null,
  primary key (key, number)
);
