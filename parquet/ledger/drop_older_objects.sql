drop table objects
