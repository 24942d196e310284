set variable policies_files = cast(? as varchar[]);
