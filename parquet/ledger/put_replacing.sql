insert into replacing (path, bytes, sha256, run_id)
select
    ?1,
    ?2,
    ?3,
    ?4
where exists (select 1 from files where path = ?1)
on conflict (path) do update set
    bytes = excluded.bytes,
    sha256 = excluded.sha256,
    run_id = excluded.run_id
