-- What gives reviews links for a while: they open the reviews that name it, as long as it is there.
create table headgate.review_sessions (
  workspace_id bigint not null references headgate.workspaces (id),
  id text not null,
  -- Who made it.
  principal_id text not null references headgate.principals (id),
  -- Its maker's own bookkeeping.
  label text not null,
  -- When it was made, or when a review of it that is gone by now was last edited: edits of the others count by their own time.
  saved_at timestamptz not null,
  primary key (workspace_id, id)
);

-- No reference: the name of a session that has ended leads nowhere, and none is given out twice.
alter table headgate.reviews add column session_id text;
create index reviews_session on headgate.reviews (workspace_id, session_id) where session_id is not null;
