insert into outbox (webhook, change, event_time, body) values (?1, ?2, ?3, ?4)
on conflict (webhook, change) do nothing;
