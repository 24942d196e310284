-- The tables of a lake for Hive, and for engines that read its catalogue or Glue's as Hive
-- does, like Spark. Made from the lake's schema by
--
--     go test ./queries -run TestDDL -update
--
-- Put where the lake lies in the place of s3://BUCKET/LAKE. The MSCK REPAIR statements
-- make the days known that there are, and are to be run again when there are new ones.

CREATE DATABASE IF NOT EXISTS files;

CREATE EXTERNAL TABLE IF NOT EXISTS files.events (
    `event_id` string,
    `event_time` timestamp,
    `event_version` string,
    `event_category` string,
    `event_type` string,
    `event_source` string,
    `event_name` string,
    `aws_region` string,
    `recipient_account_id` string,
    `read_only` boolean,
    `management_event` boolean,
    `request_id` string,
    `shared_event_id` string,
    `source_ip_address` string,
    `user_agent` string,
    `error_code` string,
    `error_message` string,
    `vpc_endpoint_id` string,
    `identity_type` string,
    `identity_arn` string,
    `identity_principal_id` string,
    `identity_account_id` string,
    `identity_user_name` string,
    `identity_access_key_id` string,
    `invoked_by` string,
    `identity_provider` string,
    `issuer_type` string,
    `issuer_arn` string,
    `issuer_principal_id` string,
    `issuer_account_id` string,
    `issuer_user_name` string,
    `session_created_at` timestamp,
    `mfa_authenticated` boolean,
    `source_identity` string,
    `on_behalf_of_user_id` string,
    `user_identity` string,
    `request_parameters` string,
    `response_elements` string,
    `additional_event_data` string,
    `service_event_details` string,
    `resources` string,
    `tls_details` string,
    `addendum` string,
    `other` string,
    `outcome` string,
    `iam_action` string,
    `iam_actions_possible` string,
    `role_arn` string,
    `role_id` string,
    `role_session_name` string,
    `passed_role_arn` string,
    `assumed_role_arn` string,
    `assumed_role_id` string,
    `assumed_session_name` string,
    `assumed_access_key_id` string,
    `assumed_source_identity` string,
    `assumed_session_tags` string,
    `caller` string,
    `caller_kind` string,
    `caller_provider` string,
    `caller_audience` string,
    `caller_network` string,
    `external_id` string,
    `change` string,
    `change_role_arns` array<string>,
    `change_policy_arn` string,
    `change_severity` string,
    `change_summary` string,
    `source_object` string,
    `record_index` int,
    `family` string,
    `derivation` int
)
PARTITIONED BY (`event_date` date)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/events/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.uses (
    `role_id` string,
    `role_arn` string,
    `recipient_account_id` string,
    `iam_action` string,
    `iam_actions_possible` string,
    `passed_role_arn` string,
    `first_seen` timestamp,
    `last_seen` timestamp,
    `last_done` timestamp,
    `last_denied` timestamp,
    `calls` bigint,
    `has_data_events` boolean,
    `has_unsorted_events` boolean
)
PARTITIONED BY (`event_date` date)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/uses/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.session_days (
    `role_id` string,
    `role_arn` string,
    `account_id` string,
    `role_session_name` string,
    `access_key_id` string,
    `source_identity` string,
    `session_created_at` timestamp,
    `first_seen` timestamp,
    `last_seen` timestamp,
    `first_done` timestamp,
    `last_done` timestamp,
    `last_denied` timestamp,
    `events` bigint,
    `calls` bigint,
    `denied` bigint,
    `failed` bigint
)
PARTITIONED BY (`event_date` date)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/session_days/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.coverage (
    `source_object` string,
    `account_id` string,
    `aws_region` string,
    `family` string,
    `event_date` date,
    `records` bigint,
    `events` bigint,
    `first_event` timestamp,
    `last_event` timestamp,
    `fingerprint` bigint
)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/coverage/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.quarantine (
    `source_object` string,
    `byte_offset` bigint,
    `record_index` bigint,
    `reason` string,
    `detail` string,
    `sha256` string
)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/quarantine/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.log_files (
    `id` string,
    `source_object` string,
    `etag` string,
    `size` bigint,
    `family` string,
    `status` string,
    `reason` string,
    `records` bigint,
    `written` bigint,
    `duplicate` bigint,
    `quarantined` bigint
)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/log_files/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.roles (
    `arn` string,
    `role_id` string,
    `account_id` string,
    `name` string,
    `path` string,
    `created_at` timestamp,
    `kind` string,
    `privilege` string,
    `privilege_path` string,
    `max_session` int,
    `boundary` string,
    `attached_policies` array<string>,
    `unread_policies` array<string>,
    `tags` string,
    `trust_policy` string,
    `last_used` timestamp,
    `last_used_region` string,
    `origin` string,
    `changes_seen` bigint,
    `snapshot_at` timestamp
)
PARTITIONED BY (`snapshot_date` date)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/iam/roles/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.role_permissions (
    `account_id` string,
    `role_arn` string,
    `role_id` string,
    `action` string,
    `effect` string,
    `is_pattern` boolean,
    `via` array<string>,
    `resources` array<string>,
    `granted_at` timestamp,
    `snapshot_at` timestamp
)
PARTITIONED BY (`snapshot_date` date)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/iam/role_permissions/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.role_trust (
    `account_id` string,
    `role_arn` string,
    `role_id` string,
    `statement` int,
    `sid` string,
    `effect` string,
    `principal_type` string,
    `principal` string,
    `negated` boolean,
    `principal_kind` string,
    `principal_account` string,
    `principal_key` string,
    `actions` array<string>,
    `conditions` string,
    `snapshot_at` timestamp
)
PARTITIONED BY (`snapshot_date` date)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/iam/role_trust/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.role_trust_conditions (
    `account_id` string,
    `role_arn` string,
    `role_id` string,
    `statement` int,
    `key` string,
    `operator` string,
    `quantifier` string,
    `if_exists` boolean,
    `negated` boolean,
    `pattern` string,
    `exact` boolean,
    `condition_values` array<string>,
    `snapshot_at` timestamp
)
PARTITIONED BY (`snapshot_date` date)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/iam/role_trust_conditions/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.policies (
    `account_id` string,
    `policy_arn` string,
    `name` string,
    `kind` string,
    `role_arn` string,
    `version_id` string,
    `created_at` timestamp,
    `document` string,
    `snapshot_at` timestamp
)
PARTITIONED BY (`snapshot_date` date)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/iam/policies/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.trails (
    `account_id` string,
    `trail_arn` string,
    `is_organization` boolean,
    `is_multi_region` boolean,
    `home_region` string,
    `is_described` boolean,
    `category` string,
    `resource_type` string,
    `logs_reads` boolean,
    `logs_writes` boolean,
    `is_narrowed` boolean,
    `excluded_services` array<string>,
    `snapshot_at` timestamp
)
PARTITIONED BY (`snapshot_date` date)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/trails/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.actions (
    `action` string,
    `service` string,
    `name` string,
    `access_level` string,
    `resource_types` array<string>,
    `observability` string,
    `data_type` string,
    `catalogue_date` date,
    `source` string
)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/catalogue/actions/';

CREATE EXTERNAL TABLE IF NOT EXISTS files.operations (
    `service` string,
    `operation` string,
    `primary_action` string,
    `possible_actions` array<string>
)
STORED AS PARQUET
LOCATION 's3://BUCKET/LAKE/catalogue/operations/';

MSCK REPAIR TABLE files.events;

MSCK REPAIR TABLE files.uses;

MSCK REPAIR TABLE files.session_days;

MSCK REPAIR TABLE files.roles;

MSCK REPAIR TABLE files.role_permissions;

MSCK REPAIR TABLE files.role_trust;

MSCK REPAIR TABLE files.role_trust_conditions;

MSCK REPAIR TABLE files.policies;

MSCK REPAIR TABLE files.trails;
