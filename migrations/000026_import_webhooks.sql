-- Webhooks in the words of another vocabulary: `form` = which one, null = ours. Of events that have topics they want those with one of theirs.
alter table headgate.subscriptions add column form text, add column topics text[] not null default '{}';
create index subscriptions_topics on headgate.subscriptions using gin (topics) where form is not null;
