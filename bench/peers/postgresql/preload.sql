-- :trades live trades, all waiting for their hold; everything else is empty.
truncate trade, transition, outbox restart identity;
insert into trade
select id, 0, 0, 1000 + id % 1000, decode(repeat('01', 20), 'hex'), decode(repeat('02', 20), 'hex'),
       now() + interval '1 hour'
from generate_series(1, :trades) id;
vacuum analyze trade;
vacuum analyze rule;
