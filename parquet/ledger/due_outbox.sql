select change, body, tries from outbox
where webhook = ?1 and due_ns <= ?2
order by event_time, change
limit ?3;
