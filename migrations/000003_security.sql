-- A row is written before the work and told its outcome once: a process that dies in between leaves the attempt.
alter table headgate.audit_log alter column outcome drop not null;
alter table headgate.audit_log add column request_id text;

create function headgate.audit_log_only_grows() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.outcome is null and new.outcome is not null
    and (new.id, new.at, new.actor, new.operation, new.ip, new.request_id, new.workspace_id)
      is not distinct from (old.id, old.at, old.actor, old.operation, old.ip, old.request_id, old.workspace_id) then
    return new;
  end if;
  raise exception 'the audit log only grows' using errcode = 'restrict_violation';
end $$;
create trigger audit_log_only_grows before update or delete on headgate.audit_log
  for each row execute function headgate.audit_log_only_grows();
create trigger audit_log_is_kept before truncate on headgate.audit_log
  for each statement execute function headgate.audit_log_only_grows();

-- The key under which API keys are hashed, once it is no longer that of the master key: hashes cannot be made anew.
create table headgate.hashing_key (
  one boolean primary key default true check (one),
  key_id text not null,
  wrapped_key bytea not null,
  sealed bytea not null
);
