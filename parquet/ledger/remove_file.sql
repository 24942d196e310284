delete from files where path = ?1
