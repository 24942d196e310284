delete from replacing where path = ?1
