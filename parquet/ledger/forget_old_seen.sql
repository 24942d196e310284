delete from seen where kind = ?1 and last_us < ?2
