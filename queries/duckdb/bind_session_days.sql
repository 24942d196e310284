set variable session_days_files = cast(? as varchar[]);
