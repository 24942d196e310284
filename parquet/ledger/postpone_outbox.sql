update outbox set tries = tries + 1, due_ns = ?3 where webhook = ?1 and change = ?2;
