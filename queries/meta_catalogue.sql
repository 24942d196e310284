-- Which catalogue of actions do the answers rest on? One row; no row if the lake
-- holds none.
select
    max(catalogue_date) as catalogue_date,
    max(source) as source
from actions
having count(*) > 0
