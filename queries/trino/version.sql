-- Which Trino this is.
select version()
