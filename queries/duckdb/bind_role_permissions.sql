set variable role_permissions_files = cast(? as varchar[]);
