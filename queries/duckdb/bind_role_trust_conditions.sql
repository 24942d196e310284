set variable role_trust_conditions_files = cast(? as varchar[]);
