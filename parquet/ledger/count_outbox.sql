select count(*), min(due_ns) from outbox where webhook = ?1;
