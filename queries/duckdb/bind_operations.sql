set variable operations_files = cast(? as varchar[]);
