-- Calls that are named by one action and needed another one for certain, which stands among
-- the possible ones of their events: a copy in S3 reads and writes, a ReEncrypt of KMS needs
-- both its halves. These are the lines of iam/action/renames.txt that use several actions.
create view lake.needed_together as
select
    action,
    also
from (
    values
    ('apigateway:POST', 'apigateway:CreateAccessAssociation'),
    ('cloudfront:UpdateDistribution', 'cloudfront:UpdateDistributionWithStagingConfig'),
    ('glue:GetPartition', 'glue:GetColumnStatisticsForPartition'),
    ('glue:GetTable', 'glue:GetColumnStatisticsForTable'),
    ('glue:UpdatePartition', 'glue:DeleteColumnStatisticsForPartition'),
    ('glue:UpdatePartition', 'glue:UpdateColumnStatisticsForPartition'),
    ('glue:UpdateTable', 'glue:CreatePartitionIndex'),
    ('glue:UpdateTable', 'glue:DeleteColumnStatisticsForTable'),
    ('glue:UpdateTable', 'glue:DeletePartitionIndex'),
    ('glue:UpdateTable', 'glue:UpdateColumnStatisticsForTable'),
    ('kafka-cluster:AlterTopic', 'kafka:UpdateTopic'),
    ('kafka-cluster:CreateTopic', 'kafka:CreateTopic'),
    ('kafka-cluster:DeleteTopic', 'kafka:DeleteTopic'),
    ('kafka-cluster:DescribeTopic', 'kafka:DescribeTopic'),
    ('kafka-cluster:DescribeTopic', 'kafka:DescribeTopicPartitions'),
    ('kafka-cluster:DescribeTopic', 'kafka:ListTopics'),
    ('kms:ReEncryptFrom', 'kms:ReEncryptTo'),
    ('lex:CreateResourcePolicy', 'lex:CreateResourcePolicyStatement'),
    ('lex:DeleteResourcePolicy', 'lex:DeleteResourcePolicyStatement'),
    ('mediapackage:UpdateChannel', 'mediapackage:ConfigureLogs'),
    ('partnercentral:ListOpportunityFromEngagementTasks', 'partnercentral:ListEngagementFromOpportunityTasks'),
    ('s3:GetObject', 's3:GetObjectAttributes'),
    ('s3:GetObject', 's3:GetObjectTorrent'),
    ('s3:GetObject', 's3:PutObject'),
    ('sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointWithResponseStream'),
    ('timestream:Select', 'timestream:PrepareQuery')
) as pairs (action, also);
