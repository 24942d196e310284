set variable events_files = cast(? as varchar[]);
