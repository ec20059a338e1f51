-- One transition per statement, as events come in one by one: for pgbench, with a prepared statement. Each client has
-- trades of its own, visits them in a scattered order, and gives each its next event.
\set local :n % :per_client * 40503 % :per_client
\set trade :local * :clients + :client_id + 1
\set event :n / :per_client % 4
\set n :n + 1
with moved as (
  update trade t
  set phase = r.to_phase, version = t.version + 1
  from rule r
  where t.id = :trade and r.event = :event and t.phase = r.from_phase
  returning t.id, t.version, r.from_phase, r.to_phase, r.command
), logged as (
  insert into transition
  select id, version, from_phase, to_phase, '\x5555555555555555555555555555555555555555555555555555555555555555', now()
  from moved
)
insert into outbox (trade_id, version, command, payload)
select id, version, command, decode(repeat('aa', 96), 'hex') from moved;
