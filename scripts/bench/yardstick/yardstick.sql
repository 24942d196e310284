-- What DuckDB alone makes of the same log files: the columns of a record with an
-- explicit schema, what has no fixed shape as JSON, a folder per day. The settings
-- keep its memory small. The folder lake is made where the process runs.
set preserve_insertion_order = false;

set partitioned_write_max_open_files = 4;

set partitioned_write_flush_threshold = 65536;

copy (
    select
        r.eventVersion, r.userIdentity, r.eventTime, r.eventSource, r.eventName,
        r.awsRegion, r.sourceIPAddress, r.userAgent, r.errorCode, r.errorMessage,
        r.requestParameters, r.responseElements, r.additionalEventData, r.requestID,
        r.eventID, r.readOnly, r.resources, r.eventType, r.managementEvent,
        r.recipientAccountId, r.sharedEventID, r.vpcEndpointId, r.eventCategory,
        r.tlsDetails, r.sessionCredentialFromConsole, cast(r.eventTime as date) as date
    from (
        select unnest(Records) as r
        from read_json(
            getvariable('source') || '/**/*.json.gz',
            maximum_object_size = 200000000,
            format = 'unstructured',
            columns = {
                Records: 'STRUCT(
                    eventVersion VARCHAR,
                    userIdentity STRUCT(
                        "type" VARCHAR, principalId VARCHAR, arn VARCHAR, accountId VARCHAR,
                        accessKeyId VARCHAR, userName VARCHAR, invokedBy VARCHAR,
                        identityProvider VARCHAR,
                        sessionContext STRUCT(
                            sessionIssuer STRUCT(
                                "type" VARCHAR, principalId VARCHAR, arn VARCHAR,
                                accountId VARCHAR, userName VARCHAR
                            ),
                            webIdFederationData JSON,
                            attributes STRUCT(creationDate VARCHAR, mfaAuthenticated VARCHAR),
                            ec2RoleDelivery VARCHAR
                        )
                    ),
                    eventTime TIMESTAMP, eventSource VARCHAR, eventName VARCHAR,
                    awsRegion VARCHAR, sourceIPAddress VARCHAR, userAgent VARCHAR,
                    errorCode VARCHAR, errorMessage VARCHAR, requestParameters JSON,
                    responseElements JSON, additionalEventData JSON, requestID VARCHAR,
                    eventID VARCHAR, readOnly BOOLEAN,
                    resources STRUCT(accountId VARCHAR, "type" VARCHAR, ARN VARCHAR)[],
                    eventType VARCHAR, managementEvent BOOLEAN, recipientAccountId VARCHAR,
                    sharedEventID VARCHAR, vpcEndpointId VARCHAR, eventCategory VARCHAR,
                    tlsDetails STRUCT(
                        tlsVersion VARCHAR, cipherSuite VARCHAR, clientProvidedHostHeader VARCHAR
                    ),
                    sessionCredentialFromConsole VARCHAR
                )[]'
            }
        )
    )
) to 'lake' (
    format parquet, compression zstd, partition_by (date), overwrite, row_group_size 40960
);
