-- The same transitions as in interactive.sql, 4096 to a statement. The server makes the list of trades itself, which
-- spares it reading 4096 parameters.
\set local_first :n * 4096 % :per_client
\set event :n * 4096 / :per_client % 4
\set n :n + 1
with event as (
  select (:local_first + i)::bigint * 40503 % :per_client * :clients + :client_id + 1 as trade_id
  from generate_series(0, 4095) i
), moved as (
  update trade t
  set phase = r.to_phase, version = t.version + 1
  from event e, rule r
  where t.id = e.trade_id and r.event = :event and t.phase = r.from_phase
  returning t.id, t.version, r.from_phase, r.to_phase, r.command
), logged as (
  insert into transition
  select id, version, from_phase, to_phase, '\x5555555555555555555555555555555555555555555555555555555555555555', now()
  from moved
)
insert into outbox (trade_id, version, command, payload)
select id, version, command, decode(repeat('aa', 96), 'hex') from moved;
