set variable role_trust_files = cast(? as varchar[]);
