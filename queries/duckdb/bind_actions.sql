set variable actions_files = cast(? as varchar[]);
