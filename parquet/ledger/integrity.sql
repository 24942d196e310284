pragma integrity_check(10)
