set variable uses_files = cast(? as varchar[]);
