-- Why a review that has begun has not ended: {"version", "blocks"}, as somebody has last heard it. Null = as it was found at first.
alter table headgate.reviews add column reasons jsonb;
