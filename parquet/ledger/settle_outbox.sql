delete from outbox where webhook = ?1 and change = ?2;
