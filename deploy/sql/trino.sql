-- The tables of a lake for Trino's Hive connector. Made from the lake's schema by
--
--     go test ./queries -run TestDDL -update
--
-- Put where the lake lies in the place of s3://BUCKET/LAKE, and views.sql behind this:
--
--     sed 's|s3://BUCKET/LAKE|s3://acme-lake/roletrail|' trino.sql > tables.sql
--     trino --catalog hive --schema roletrail --session hive.timestamp_precision=MICROSECONDS -f tables.sql
--     trino --catalog hive --schema roletrail --session hive.timestamp_precision=MICROSECONDS -f views.sql
--
-- The catalogue must have hive.timestamp-precision=MICROSECONDS and
-- hive.partition-projection-enabled=true: days are found by their names, and nothing has
-- to be told of new ones. Days before 2020 are not looked for.

create schema if not exists files;

create schema if not exists lake;

create schema if not exists roletrail;

create table if not exists files.events (
    event_id varchar,
    event_time timestamp(6),
    event_version varchar,
    event_category varchar,
    event_type varchar,
    event_source varchar,
    event_name varchar,
    aws_region varchar,
    recipient_account_id varchar,
    read_only boolean,
    management_event boolean,
    request_id varchar,
    shared_event_id varchar,
    source_ip_address varchar,
    user_agent varchar,
    error_code varchar,
    error_message varchar,
    vpc_endpoint_id varchar,
    identity_type varchar,
    identity_arn varchar,
    identity_principal_id varchar,
    identity_account_id varchar,
    identity_user_name varchar,
    identity_access_key_id varchar,
    invoked_by varchar,
    identity_provider varchar,
    issuer_type varchar,
    issuer_arn varchar,
    issuer_principal_id varchar,
    issuer_account_id varchar,
    issuer_user_name varchar,
    session_created_at timestamp(6),
    mfa_authenticated boolean,
    source_identity varchar,
    on_behalf_of_user_id varchar,
    user_identity varchar,
    request_parameters varchar,
    response_elements varchar,
    additional_event_data varchar,
    service_event_details varchar,
    resources varchar,
    tls_details varchar,
    addendum varchar,
    other varchar,
    outcome varchar,
    iam_action varchar,
    iam_actions_possible varchar,
    role_arn varchar,
    role_id varchar,
    role_session_name varchar,
    passed_role_arn varchar,
    assumed_role_arn varchar,
    assumed_role_id varchar,
    assumed_session_name varchar,
    assumed_access_key_id varchar,
    assumed_source_identity varchar,
    assumed_session_tags varchar,
    caller varchar,
    caller_kind varchar,
    caller_provider varchar,
    caller_audience varchar,
    caller_network varchar,
    external_id varchar,
    change varchar,
    change_role_arns array(varchar),
    change_policy_arn varchar,
    change_severity varchar,
    change_summary varchar,
    source_object varchar,
    record_index integer,
    family varchar,
    derivation integer,
    event_date date with (
        partition_projection_type = 'date',
        partition_projection_format = 'yyyy-MM-dd',
        partition_projection_range = array['2020-01-01', 'NOW'],
        partition_projection_interval = 1,
        partition_projection_interval_unit = 'DAYS'
    )
)
with (
    external_location = 's3://BUCKET/LAKE/events',
    partitioned_by = array['event_date'],
    partition_projection_enabled = true,
    format = 'PARQUET'
);

create table if not exists files.uses (
    role_id varchar,
    role_arn varchar,
    recipient_account_id varchar,
    iam_action varchar,
    iam_actions_possible varchar,
    passed_role_arn varchar,
    first_seen timestamp(6),
    last_seen timestamp(6),
    last_done timestamp(6),
    last_denied timestamp(6),
    calls bigint,
    has_data_events boolean,
    has_unsorted_events boolean,
    event_date date with (
        partition_projection_type = 'date',
        partition_projection_format = 'yyyy-MM-dd',
        partition_projection_range = array['2020-01-01', 'NOW'],
        partition_projection_interval = 1,
        partition_projection_interval_unit = 'DAYS'
    )
)
with (
    external_location = 's3://BUCKET/LAKE/uses',
    partitioned_by = array['event_date'],
    partition_projection_enabled = true,
    format = 'PARQUET'
);

create table if not exists files.session_days (
    role_id varchar,
    role_arn varchar,
    account_id varchar,
    role_session_name varchar,
    access_key_id varchar,
    source_identity varchar,
    session_created_at timestamp(6),
    first_seen timestamp(6),
    last_seen timestamp(6),
    first_done timestamp(6),
    last_done timestamp(6),
    last_denied timestamp(6),
    events bigint,
    calls bigint,
    denied bigint,
    failed bigint,
    event_date date with (
        partition_projection_type = 'date',
        partition_projection_format = 'yyyy-MM-dd',
        partition_projection_range = array['2020-01-01', 'NOW'],
        partition_projection_interval = 1,
        partition_projection_interval_unit = 'DAYS'
    )
)
with (
    external_location = 's3://BUCKET/LAKE/session_days',
    partitioned_by = array['event_date'],
    partition_projection_enabled = true,
    format = 'PARQUET'
);

create table if not exists files.coverage (
    source_object varchar,
    account_id varchar,
    aws_region varchar,
    family varchar,
    event_date date,
    records bigint,
    events bigint,
    first_event timestamp(6),
    last_event timestamp(6),
    fingerprint bigint
)
with (
    external_location = 's3://BUCKET/LAKE/coverage',
    format = 'PARQUET'
);

create table if not exists files.quarantine (
    source_object varchar,
    byte_offset bigint,
    record_index bigint,
    reason varchar,
    detail varchar,
    sha256 varchar
)
with (
    external_location = 's3://BUCKET/LAKE/quarantine',
    format = 'PARQUET'
);

create table if not exists files.log_files (
    id varchar,
    source_object varchar,
    etag varchar,
    size bigint,
    family varchar,
    status varchar,
    reason varchar,
    records bigint,
    written bigint,
    duplicate bigint,
    quarantined bigint
)
with (
    external_location = 's3://BUCKET/LAKE/log_files',
    format = 'PARQUET'
);

create table if not exists files.roles (
    arn varchar,
    role_id varchar,
    account_id varchar,
    name varchar,
    path varchar,
    created_at timestamp(6),
    kind varchar,
    privilege varchar,
    privilege_path varchar,
    max_session integer,
    boundary varchar,
    attached_policies array(varchar),
    unread_policies array(varchar),
    tags varchar,
    trust_policy varchar,
    last_used timestamp(6),
    last_used_region varchar,
    origin varchar,
    changes_seen bigint,
    snapshot_at timestamp(6),
    snapshot_date date with (
        partition_projection_type = 'date',
        partition_projection_format = 'yyyy-MM-dd',
        partition_projection_range = array['2020-01-01', 'NOW'],
        partition_projection_interval = 1,
        partition_projection_interval_unit = 'DAYS'
    )
)
with (
    external_location = 's3://BUCKET/LAKE/iam/roles',
    partitioned_by = array['snapshot_date'],
    partition_projection_enabled = true,
    format = 'PARQUET'
);

create table if not exists files.role_permissions (
    account_id varchar,
    role_arn varchar,
    role_id varchar,
    action varchar,
    effect varchar,
    is_pattern boolean,
    via array(varchar),
    resources array(varchar),
    granted_at timestamp(6),
    snapshot_at timestamp(6),
    snapshot_date date with (
        partition_projection_type = 'date',
        partition_projection_format = 'yyyy-MM-dd',
        partition_projection_range = array['2020-01-01', 'NOW'],
        partition_projection_interval = 1,
        partition_projection_interval_unit = 'DAYS'
    )
)
with (
    external_location = 's3://BUCKET/LAKE/iam/role_permissions',
    partitioned_by = array['snapshot_date'],
    partition_projection_enabled = true,
    format = 'PARQUET'
);

create table if not exists files.role_trust (
    account_id varchar,
    role_arn varchar,
    role_id varchar,
    statement integer,
    sid varchar,
    effect varchar,
    principal_type varchar,
    principal varchar,
    negated boolean,
    principal_kind varchar,
    principal_account varchar,
    principal_key varchar,
    actions array(varchar),
    conditions varchar,
    snapshot_at timestamp(6),
    snapshot_date date with (
        partition_projection_type = 'date',
        partition_projection_format = 'yyyy-MM-dd',
        partition_projection_range = array['2020-01-01', 'NOW'],
        partition_projection_interval = 1,
        partition_projection_interval_unit = 'DAYS'
    )
)
with (
    external_location = 's3://BUCKET/LAKE/iam/role_trust',
    partitioned_by = array['snapshot_date'],
    partition_projection_enabled = true,
    format = 'PARQUET'
);

create table if not exists files.role_trust_conditions (
    account_id varchar,
    role_arn varchar,
    role_id varchar,
    statement integer,
    key varchar,
    operator varchar,
    quantifier varchar,
    if_exists boolean,
    negated boolean,
    pattern varchar,
    exact boolean,
    condition_values array(varchar),
    snapshot_at timestamp(6),
    snapshot_date date with (
        partition_projection_type = 'date',
        partition_projection_format = 'yyyy-MM-dd',
        partition_projection_range = array['2020-01-01', 'NOW'],
        partition_projection_interval = 1,
        partition_projection_interval_unit = 'DAYS'
    )
)
with (
    external_location = 's3://BUCKET/LAKE/iam/role_trust_conditions',
    partitioned_by = array['snapshot_date'],
    partition_projection_enabled = true,
    format = 'PARQUET'
);

create table if not exists files.policies (
    account_id varchar,
    policy_arn varchar,
    name varchar,
    kind varchar,
    role_arn varchar,
    version_id varchar,
    created_at timestamp(6),
    document varchar,
    snapshot_at timestamp(6),
    snapshot_date date with (
        partition_projection_type = 'date',
        partition_projection_format = 'yyyy-MM-dd',
        partition_projection_range = array['2020-01-01', 'NOW'],
        partition_projection_interval = 1,
        partition_projection_interval_unit = 'DAYS'
    )
)
with (
    external_location = 's3://BUCKET/LAKE/iam/policies',
    partitioned_by = array['snapshot_date'],
    partition_projection_enabled = true,
    format = 'PARQUET'
);

create table if not exists files.trails (
    account_id varchar,
    trail_arn varchar,
    is_organization boolean,
    is_multi_region boolean,
    home_region varchar,
    is_described boolean,
    category varchar,
    resource_type varchar,
    logs_reads boolean,
    logs_writes boolean,
    is_narrowed boolean,
    excluded_services array(varchar),
    snapshot_at timestamp(6),
    snapshot_date date with (
        partition_projection_type = 'date',
        partition_projection_format = 'yyyy-MM-dd',
        partition_projection_range = array['2020-01-01', 'NOW'],
        partition_projection_interval = 1,
        partition_projection_interval_unit = 'DAYS'
    )
)
with (
    external_location = 's3://BUCKET/LAKE/trails',
    partitioned_by = array['snapshot_date'],
    partition_projection_enabled = true,
    format = 'PARQUET'
);

create table if not exists files.actions (
    action varchar,
    service varchar,
    name varchar,
    access_level varchar,
    resource_types array(varchar),
    observability varchar,
    data_type varchar,
    catalogue_date date,
    source varchar
)
with (
    external_location = 's3://BUCKET/LAKE/catalogue/actions',
    format = 'PARQUET'
);

create table if not exists files.operations (
    service varchar,
    operation varchar,
    primary_action varchar,
    possible_actions array(varchar)
)
with (
    external_location = 's3://BUCKET/LAKE/catalogue/operations',
    format = 'PARQUET'
);
