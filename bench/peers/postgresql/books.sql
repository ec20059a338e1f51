-- What must hold after a run, as one row: transitions as the trades count them, as logged, as in the outbox, and how
-- many trades or transitions contradict the rules.
with bad_trade as (
  select t.id
  from trade t left join (select trade_id, count(*) as logged, max(version) as last from transition group by trade_id) l
    on l.trade_id = t.id
  where t.version <> coalesce(l.logged, 0) or t.version <> coalesce(l.last, 0) or t.phase <> t.version % 4
), bad_transition as (
  select 1 from transition x
  where not exists (select 1 from rule r where r.from_phase = x.from_phase and r.to_phase = x.to_phase)
     or x.from_phase <> (x.version - 1) % 4
), bad_outbox as (
  select 1 from outbox o left join transition x using (trade_id, version)
  where x.trade_id is null or o.command <> o.version % 4
)
select (select coalesce(sum(version), 0) from trade), (select count(*) from transition), (select count(*) from outbox),
       (select count(*) from bad_trade) + (select count(*) from bad_transition) + (select count(*) from bad_outbox);
