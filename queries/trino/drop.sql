drop table if exists SCRATCH
