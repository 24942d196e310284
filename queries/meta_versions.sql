-- By which version of the rules were the derived columns made? One row.
select max(derivation) as derivation
from events
