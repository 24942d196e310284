set variable trails_files = cast(? as varchar[]);
