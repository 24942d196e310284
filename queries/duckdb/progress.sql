-- For a connection whose progress somebody asks for: DuckDB counts it, and prints
-- nothing by itself.
pragma disable_print_progress_bar;

pragma enable_progress_bar;
