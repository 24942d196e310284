insert or ignore into learnt_files (path) values (?)
