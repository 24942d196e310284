set variable loose_events_files = cast(? as varchar[]);
