delete from told_files
where path not in (select path from files)
