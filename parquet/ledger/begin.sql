insert into runs (started_at, version) values (?1, ?2)
