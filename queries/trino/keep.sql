create table SCRATCH as
SELECT
