-- Views whose rows several questions need become tables here, compressed as in a file:
-- in the memory that DuckDB gives plain tables a million sessions would not fit.
attach ':memory:' as kept (compress);
