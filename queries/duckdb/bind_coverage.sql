set variable coverage_files = cast(? as varchar[]);
