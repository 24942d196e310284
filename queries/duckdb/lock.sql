-- After the views: this engine reads the lake's own files and nothing else, and
-- nobody can turn that back.
set allowed_paths = list_concat(
    coalesce(getvariable('events_files'), []),
    coalesce(getvariable('uses_files'), []),
    coalesce(getvariable('session_days_files'), []),
    coalesce(getvariable('roles_files'), []),
    coalesce(getvariable('role_permissions_files'), []),
    coalesce(getvariable('role_trust_files'), []),
    coalesce(getvariable('role_trust_conditions_files'), []),
    coalesce(getvariable('policies_files'), []),
    coalesce(getvariable('trails_files'), []),
    coalesce(getvariable('actions_files'), []),
    coalesce(getvariable('operations_files'), []),
    coalesce(getvariable('coverage_files'), [])
);

set enable_external_access = false;

set lock_configuration = true;
