-- Services that are the same in all Regions, and where their calls are logged (P30). Other
-- partitions have one Region for all of them. STS has endpoints in every Region besides.
create view lake.global_services as
select
    service,
    home_region,
    is_regional_too
from (
    values
    ('account', 'us-east-1', false),
    ('budgets', 'us-east-1', false),
    ('ce', 'us-east-1', false),
    ('cloudfront', 'us-east-1', false),
    ('devicefarm', 'us-west-2', false),
    ('globalaccelerator', 'us-west-2', false),
    ('health', 'us-east-1', false),
    ('iam', 'us-east-1', false),
    ('networkmanager', 'us-west-2', false),
    ('organizations', 'us-east-1', false),
    ('route53', 'us-east-1', false),
    ('route53domains', 'us-east-1', false),
    ('shield', 'us-east-1', false),
    ('sts', 'us-east-1', true),
    ('support', 'us-east-1', false),
    ('waf', 'us-east-1', false)
) as services (service, home_region, is_regional_too);
