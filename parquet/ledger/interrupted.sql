select coalesce((select finished_at is null from runs order by id desc limit 1), false)
