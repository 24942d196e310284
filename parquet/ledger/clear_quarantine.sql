delete from quarantine where object = ?1
