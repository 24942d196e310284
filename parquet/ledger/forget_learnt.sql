delete from learnt_files
where path not in (select path from files)
