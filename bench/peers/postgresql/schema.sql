-- The escrow state machine as a payments team would keep it in PostgreSQL: one row per live trade, one row per
-- transition, and an outbox row for what the transition asks for, all three written by one statement.
--
--   event            phase before  phase after  asks for
--   0 hold final     preparing     deciding     the pivot
--   1 pivot final    deciding      releasing    the release
--   2 release final  releasing     settled      a notice to the merchant
--   3 new trade      settled       preparing    the hold; it takes the settled trade's row, so that as many stay live
--
-- Chosen in PostgreSQL's favour: no foreign keys, no index besides the primary keys, room in each page for updates in
-- place (no index on a column that changes), small integers instead of names.

create table rule (
  event smallint primary key,
  from_phase smallint not null,
  to_phase smallint not null,
  command smallint not null
);
insert into rule values (0, 0, 1, 1), (1, 1, 2, 2), (2, 2, 3, 3), (3, 3, 0, 0);

create table trade (
  id bigint primary key,
  phase smallint not null check (phase between 0 and 3),
  version integer not null check (version >= 0),
  amount bigint not null check (amount > 0),
  payer bytea not null check (length(payer) = 20),
  merchant bytea not null check (length(merchant) = 20),
  deadline timestamptz not null
) with (fillfactor = 50);

-- The primary key: a trade has one transition to each version, whoever writes it.
create table transition (
  trade_id bigint not null,
  version integer not null check (version > 0),
  from_phase smallint not null,
  to_phase smallint not null,
  evidence bytea not null check (length(evidence) = 32), -- the hash of the block that showed the event
  at timestamptz not null,
  primary key (trade_id, version)
);

create table outbox (
  id bigint generated always as identity primary key,
  trade_id bigint not null,
  version integer not null,
  command smallint not null check (command between 0 and 3),
  payload bytea not null check (length(payload) = 96) -- the bytes that will be sent
);
