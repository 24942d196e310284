delete from seen_many where kind = ?1 and last_us < ?2
