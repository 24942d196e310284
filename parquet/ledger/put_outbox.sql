insert into outbox (webhook, change, event_time, body, due_ns) values (?1, ?2, ?3, ?4, ?5)
on conflict (webhook, change) do nothing;
