insert or ignore into told_files (path) values (?)
