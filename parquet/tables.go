package parquet

// EventsSchema is the table events (design 5): one row per event. Its partition
// event_date is the name of the folder and no column of the file. The actions of
// iam_actions_possible stand one after another with commas between them: there are few
// different lists, and readers group by them, which with a list column is slow.
var EventsSchema = newSchema("events",
	Column{Name: "event_id", Kind: Text},
	Column{Name: "event_time", Kind: Timestamp, Required: true},
	Column{Name: "event_version", Kind: Dict},
	Column{Name: "event_category", Kind: Dict},
	Column{Name: "event_type", Kind: Dict},
	Column{Name: "event_source", Kind: Dict},
	Column{Name: "event_name", Kind: Dict},
	Column{Name: "aws_region", Kind: Dict},
	Column{Name: "recipient_account_id", Kind: Dict},
	Column{Name: "read_only", Kind: Bool},
	Column{Name: "management_event", Kind: Bool},
	Column{Name: "request_id", Kind: Text},
	Column{Name: "shared_event_id", Kind: Text},
	Column{Name: "source_ip_address", Kind: Dict},
	Column{Name: "user_agent", Kind: Dict},
	Column{Name: "error_code", Kind: Dict},
	Column{Name: "error_message", Kind: Dict},
	Column{Name: "vpc_endpoint_id", Kind: Dict},

	Column{Name: "identity_type", Kind: Dict},
	Column{Name: "identity_arn", Kind: Dict},
	Column{Name: "identity_principal_id", Kind: Dict},
	Column{Name: "identity_account_id", Kind: Dict},
	Column{Name: "identity_user_name", Kind: Dict},
	Column{Name: "identity_access_key_id", Kind: Dict},
	Column{Name: "invoked_by", Kind: Dict},
	Column{Name: "identity_provider", Kind: Dict},
	Column{Name: "issuer_type", Kind: Dict},
	Column{Name: "issuer_arn", Kind: Dict},
	Column{Name: "issuer_principal_id", Kind: Dict},
	Column{Name: "issuer_account_id", Kind: Dict},
	Column{Name: "issuer_user_name", Kind: Dict},
	Column{Name: "session_created_at", Kind: Timestamp},
	Column{Name: "mfa_authenticated", Kind: Bool},
	Column{Name: "source_identity", Kind: Dict},
	Column{Name: "on_behalf_of_user_id", Kind: Dict},

	Column{Name: "user_identity", Kind: Dict, Raw: true},
	Column{Name: "request_parameters", Kind: Text, Raw: true},
	Column{Name: "response_elements", Kind: Text, Raw: true},
	Column{Name: "additional_event_data", Kind: Text, Raw: true},
	Column{Name: "service_event_details", Kind: Text, Raw: true},
	Column{Name: "resources", Kind: Text, Raw: true},
	Column{Name: "tls_details", Kind: Dict, Raw: true},
	Column{Name: "addendum", Kind: Text, Raw: true},
	Column{Name: "other", Kind: Dict, Raw: true},

	Column{Name: "outcome", Kind: Dict},
	Column{Name: "iam_action", Kind: Dict},
	Column{Name: "iam_actions_possible", Kind: Dict},
	Column{Name: "role_arn", Kind: Dict},
	Column{Name: "role_id", Kind: Dict},
	Column{Name: "role_session_name", Kind: Dict},
	Column{Name: "passed_role_arn", Kind: Dict},

	Column{Name: "assumed_role_arn", Kind: Dict},
	Column{Name: "assumed_role_id", Kind: Dict},
	Column{Name: "assumed_session_name", Kind: Dict},
	Column{Name: "assumed_access_key_id", Kind: Dict},
	Column{Name: "assumed_source_identity", Kind: Dict},
	Column{Name: "assumed_session_tags", Kind: Dict},
	Column{Name: "caller", Kind: Dict},
	Column{Name: "caller_kind", Kind: Dict},
	Column{Name: "caller_provider", Kind: Dict},
	Column{Name: "caller_audience", Kind: Dict},
	Column{Name: "caller_network", Kind: Dict},
	Column{Name: "external_id", Kind: Dict},

	Column{Name: "change", Kind: Dict},
	Column{Name: "change_role_arns", Kind: TextList},
	Column{Name: "change_policy_arn", Kind: Dict},
	Column{Name: "change_severity", Kind: Dict},
	Column{Name: "change_summary", Kind: Dict},

	Column{Name: "source_object", Kind: Dict},
	Column{Name: "record_index", Kind: Int32},
	Column{Name: "family", Kind: Dict},
	Column{Name: "derivation", Kind: Int32},
)

// UsesSchema is the table uses: what each role did with each action on the day of its
// partition, from the events of one file of that day, see [RollupPath]. There is one row
// for everything that its first six columns tell apart, also of callers that are no
// roles; and where only an ARN names the role, one for each time, because who has a name
// changes. first_seen and last_seen are the times of all its events, last_done that of
// the events that were not denied, which calls counts, and last_denied of those that
// were. has_data_events says whether one is known to be a data event, has_unsorted_events
// whether one that was not denied does not tell.
var UsesSchema = newSchema("uses",
	Column{Name: "role_id", Kind: Dict},
	Column{Name: "role_arn", Kind: Dict},
	Column{Name: "recipient_account_id", Kind: Dict},
	Column{Name: "iam_action", Kind: Dict},
	Column{Name: "iam_actions_possible", Kind: Dict},
	Column{Name: "passed_role_arn", Kind: Dict},
	Column{Name: "first_seen", Kind: Timestamp, Required: true},
	Column{Name: "last_seen", Kind: Timestamp, Required: true},
	Column{Name: "last_done", Kind: Timestamp},
	Column{Name: "last_denied", Kind: Timestamp},
	Column{Name: "calls", Kind: Int64, Required: true},
	Column{Name: "has_data_events", Kind: Bool, Required: true},
	Column{Name: "has_unsorted_events", Kind: Bool, Required: true},
)

// SessionDaysSchema is the table session_days: what each role session did on the day of its
// partition, from the events of one file of that day, see [RollupPath]. There is one row
// for everything that its first seven columns tell apart; and where only an ARN names the
// role, one for each time, because who has a name changes. account_id is the caller's, or
// else the recipient's, where no ARN tells that of the role. Calls whose record
// does not name the session have rows too. first_seen and last_seen are the times of all its events, first_done
// and last_done those of the ones that were not denied, which calls counts, and
// last_denied of those that were.
var SessionDaysSchema = newSchema("session_days",
	Column{Name: "role_id", Kind: Dict},
	Column{Name: "role_arn", Kind: Dict},
	Column{Name: "account_id", Kind: Dict},
	Column{Name: "role_session_name", Kind: Dict},
	Column{Name: "access_key_id", Kind: Dict},
	Column{Name: "source_identity", Kind: Dict},
	Column{Name: "session_created_at", Kind: Timestamp},
	Column{Name: "first_seen", Kind: Timestamp, Required: true},
	Column{Name: "last_seen", Kind: Timestamp, Required: true},
	Column{Name: "first_done", Kind: Timestamp},
	Column{Name: "last_done", Kind: Timestamp},
	Column{Name: "last_denied", Kind: Timestamp},
	Column{Name: "events", Kind: Int64, Required: true},
	Column{Name: "calls", Kind: Int64, Required: true},
	Column{Name: "denied", Kind: Int64, Required: true},
	Column{Name: "failed", Kind: Int64, Required: true},
)

// CoverageSchema is the table coverage: one row per source object, account,
// Region, log family and event day. A crash can repeat rows, so it is read
// distinct. records counts what the object holds, events what it added to the
// lake, which is less where another object had delivered the same. Of families whose
// records the lake does not keep that is unknown: there fingerprint stands for the
// records, whatever their order, so that objects of the same contents count once.
var CoverageSchema = newSchema("coverage",
	Column{Name: "source_object", Kind: Dict},
	Column{Name: "account_id", Kind: Dict},
	Column{Name: "aws_region", Kind: Dict},
	Column{Name: "family", Kind: Dict},
	Column{Name: "event_date", Kind: Date},
	Column{Name: "records", Kind: Int64},
	Column{Name: "events", Kind: Int64},
	Column{Name: "first_event", Kind: Timestamp},
	Column{Name: "last_event", Kind: Timestamp},
	Column{Name: "fingerprint", Kind: Int64},
)

// RolesSchema is the table iam/roles: one row per role of one account at one
// snapshot. max_session is in seconds; tags and trust_policy are JSON text;
// privilege_path says what makes an admin one. attached_policies is NULL where the
// inventory did not list the role's policies in full; unread_policies are those of which
// something is not known, … standing for further ones. origin is inventory, or logs where
// events alone tell of the role.
var RolesSchema = newSchema("iam/roles",
	Column{Name: "arn", Kind: Text},
	Column{Name: "role_id", Kind: Text},
	Column{Name: "account_id", Kind: Dict},
	Column{Name: "name", Kind: Text},
	Column{Name: "path", Kind: Dict},
	Column{Name: "created_at", Kind: Timestamp},
	Column{Name: "kind", Kind: Dict},
	Column{Name: "privilege", Kind: Dict},
	Column{Name: "privilege_path", Kind: Dict},
	Column{Name: "max_session", Kind: Int32},
	Column{Name: "boundary", Kind: Dict},
	Column{Name: "attached_policies", Kind: TextList},
	Column{Name: "unread_policies", Kind: TextList},
	Column{Name: "tags", Kind: Text, Raw: true},
	Column{Name: "trust_policy", Kind: Text, Raw: true},
	Column{Name: "last_used", Kind: Timestamp},
	Column{Name: "last_used_region", Kind: Dict},
	Column{Name: "origin", Kind: Dict},
	Column{Name: "changes_seen", Kind: Int64},
	Column{Name: "snapshot_at", Kind: Timestamp},
)

// RolePermissionsSchema is the table iam/role_permissions: one row per role and
// action that its policies grant, at one snapshot. An action is spelled as in the
// catalogue, or is a pattern as written where the catalogue knows no action of it
// (is_pattern). via and resources are what grants it and on what.
var RolePermissionsSchema = newSchema("iam/role_permissions",
	Column{Name: "account_id", Kind: Dict},
	Column{Name: "role_arn", Kind: Dict},
	Column{Name: "role_id", Kind: Dict},
	Column{Name: "action", Kind: Dict},
	Column{Name: "effect", Kind: Dict},
	Column{Name: "is_pattern", Kind: Bool},
	Column{Name: "via", Kind: TextList},
	Column{Name: "resources", Kind: TextList},
	Column{Name: "granted_at", Kind: Timestamp},
	Column{Name: "snapshot_at", Kind: Timestamp},
)

// RoleTrustSchema is the table iam/role_trust: one row per role, statement of its
// trust policy and principal in it, at one snapshot. principal_key is the text that
// a direct caller is compared with.
var RoleTrustSchema = newSchema("iam/role_trust",
	Column{Name: "account_id", Kind: Dict},
	Column{Name: "role_arn", Kind: Dict},
	Column{Name: "role_id", Kind: Dict},
	Column{Name: "statement", Kind: Int32},
	Column{Name: "sid", Kind: Dict},
	Column{Name: "effect", Kind: Dict},
	Column{Name: "principal_type", Kind: Dict},
	Column{Name: "principal", Kind: Dict},
	Column{Name: "negated", Kind: Bool},
	Column{Name: "principal_kind", Kind: Dict},
	Column{Name: "principal_account", Kind: Dict},
	Column{Name: "principal_key", Kind: Dict},
	Column{Name: "actions", Kind: TextList},
	Column{Name: "conditions", Kind: Dict, Raw: true},
	Column{Name: "snapshot_at", Kind: Timestamp},
)

// RoleTrustConditionsSchema is the table iam/role_trust_conditions: one row per
// role, statement of its trust policy, operator and key of its conditions, at one
// snapshot. pattern is a regular expression for the whole value; it is NULL where
// no event can show whether the condition holds.
var RoleTrustConditionsSchema = newSchema("iam/role_trust_conditions",
	Column{Name: "account_id", Kind: Dict},
	Column{Name: "role_arn", Kind: Dict},
	Column{Name: "role_id", Kind: Dict},
	Column{Name: "statement", Kind: Int32},
	Column{Name: "key", Kind: Dict},
	Column{Name: "operator", Kind: Dict},
	Column{Name: "quantifier", Kind: Dict},
	Column{Name: "if_exists", Kind: Bool},
	Column{Name: "negated", Kind: Bool},
	Column{Name: "pattern", Kind: Dict},
	Column{Name: "exact", Kind: Bool},
	Column{Name: "condition_values", Kind: TextList},
	Column{Name: "snapshot_at", Kind: Timestamp},
)

// PoliciesSchema is the table iam/policies: one row per policy document that counted
// for a role of one account, at one snapshot. An inline policy has no ARN and names
// its role.
var PoliciesSchema = newSchema("iam/policies",
	Column{Name: "account_id", Kind: Dict},
	Column{Name: "policy_arn", Kind: Dict},
	Column{Name: "name", Kind: Dict},
	Column{Name: "kind", Kind: Dict},
	Column{Name: "role_arn", Kind: Dict},
	Column{Name: "version_id", Kind: Dict},
	Column{Name: "created_at", Kind: Timestamp},
	Column{Name: "document", Kind: Text, Raw: true},
	Column{Name: "snapshot_at", Kind: Timestamp},
)

// CatalogueActionsSchema is the table catalogue/actions: one row per IAM action, as
// the verdicts take it. data_type is the resource type of the data event that shows
// the action; source is embedded or refreshed.
var CatalogueActionsSchema = newSchema("catalogue/actions",
	Column{Name: "action", Kind: Text},
	Column{Name: "service", Kind: Dict},
	Column{Name: "name", Kind: Dict},
	Column{Name: "access_level", Kind: Dict},
	Column{Name: "resource_types", Kind: TextList},
	Column{Name: "observability", Kind: Dict},
	Column{Name: "data_type", Kind: Dict},
	Column{Name: "catalogue_date", Kind: Date},
	Column{Name: "source", Kind: Dict},
)

// CatalogueOperationsSchema is the table catalogue/operations: one row per operation
// of AWS's API, with the action that it is about and those that a call of it may be
// authorised by besides. Only a refreshed catalogue has any.
var CatalogueOperationsSchema = newSchema("catalogue/operations",
	Column{Name: "service", Kind: Dict},
	Column{Name: "operation", Kind: Dict},
	Column{Name: "primary_action", Kind: Dict},
	Column{Name: "possible_actions", Kind: TextList},
)

// TrailsSchema is the table trails: one row per trail, category and resource type that
// one of its selectors asks for, at one snapshot.
var TrailsSchema = newSchema("trails",
	Column{Name: "account_id", Kind: Dict},
	Column{Name: "trail_arn", Kind: Dict},
	Column{Name: "is_organization", Kind: Bool},
	Column{Name: "is_multi_region", Kind: Bool},
	Column{Name: "home_region", Kind: Dict},
	Column{Name: "is_described", Kind: Bool},
	Column{Name: "category", Kind: Dict},
	Column{Name: "resource_type", Kind: Dict},
	Column{Name: "logs_reads", Kind: Bool},
	Column{Name: "logs_writes", Kind: Bool},
	Column{Name: "is_narrowed", Kind: Bool},
	Column{Name: "excluded_services", Kind: TextList},
	Column{Name: "snapshot_at", Kind: Timestamp},
)
