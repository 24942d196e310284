-- Which DuckDB this is.
select version();
