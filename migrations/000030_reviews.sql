-- Rows that people look through before they go anywhere: who may open them by a link, and what came of them.
create table headgate.reviews (
  workspace_id bigint not null references headgate.workspaces (id),
  -- The name of what is reviewed, in the vocabulary that it came by.
  id text not null,
  -- Of the token in the link: the token itself is stored nowhere.
  token_hash bytea not null,
  -- The link ends here, or when the review has ended.
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  -- What was found in the rows that were delivered, and the file that they are; null before.
  result jsonb,
  file_id text,
  primary key (workspace_id, id)
);

create unique index reviews_token on headgate.reviews (id, token_hash);

-- What people have changed, in order and for ever: undo and redo are entries, too. The rows themselves can be made again from the
-- original and this.
create table headgate.review_edits (
  workspace_id bigint not null,
  review_id text not null,
  seq bigint not null,
  entry jsonb not null,
  -- The edit that an undo or redo is about.
  about bigint,
  created_at timestamptz not null default now(),
  primary key (workspace_id, review_id, seq),
  foreign key (workspace_id, review_id) references headgate.reviews (workspace_id, id) on delete cascade
);
