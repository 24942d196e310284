set variable roles_files = cast(? as varchar[]);
