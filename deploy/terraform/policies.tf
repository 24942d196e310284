# What each role may do. Statements about S3 are those of docs/operations.md, with which the
# programs are tested: a test fails when they part.

locals {
  partition        = data.aws_partition.current.partition
  function_name    = "${var.name}-ingest"
  lake             = "s3://${var.lake_bucket}/${var.lake_prefix}"
  trail_bucket_arn = "arn:${local.partition}:s3:::${var.trail_bucket}"
  lake_bucket_arn  = "arn:${local.partition}:s3:::${var.lake_bucket}"
  trail_objects    = "${local.trail_bucket_arn}/${var.trail_prefix}*"
  lake_objects     = "${local.lake_bucket_arn}/${var.lake_prefix}/*"

  # ECS and the scheduler say for which account they act, so that nobody else can have them act
  # here; Lambda does not.
  assumed_by = merge(
    {
      lambda = jsonencode({
        Version   = "2012-10-17"
        Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
      })
    },
    {
      for service in ["ecs-tasks", "scheduler"] : service => jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Principal = { Service = "${service}.amazonaws.com" }
          Action    = "sts:AssumeRole"
          Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
        }]
      })
    },
  )

  read_trail_key = var.trail_kms_key_arn == null ? [] : [
    { Sid = "TrailKey", Effect = "Allow", Action = ["kms:Decrypt"], Resource = [var.trail_kms_key_arn] },
  ]
  read_lake_key = var.lake_kms_key_arn == null ? [] : [
    { Sid = "LakeKey", Effect = "Allow", Action = ["kms:Decrypt"], Resource = [var.lake_kms_key_arn] },
  ]
  write_lake_key = var.lake_kms_key_arn == null ? [] : [
    { Sid = "LakeKey", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = [var.lake_kms_key_arn] },
  ]

  # The function reads nothing of the lake but what it tells by; ingest logs, which the page is about, too, does.
  take_log_files = concat([
    { Sid = "ListTrailAndLake", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [local.trail_bucket_arn, local.lake_bucket_arn] },
    { Sid = "TakeLogFiles", Effect = "Allow", Action = ["s3:GetObject"], Resource = [local.trail_objects] },
    { Sid = "WriteLake", Effect = "Allow", Action = ["s3:PutObject"], Resource = [local.lake_objects] },
  ], local.read_trail_key, local.write_lake_key)

  # What AWS's AWSLambdaSQSQueueExecutionRole allows, of this queue and this log alone.
  take_notices = [
    { Sid = "TakeNotices", Effect = "Allow", Action = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Resource = [aws_sqs_queue.notices.arn] },
    { Sid = "WriteLog", Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = ["${aws_cloudwatch_log_group.function.arn}:*"] },
  ]

  # What is to be told, what was before it and what is ordinary lies in the lake.
  tell_slack = var.slack_webhook_parameter == null ? [] : [
    {
      Sid      = "ReadToTell"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = [for folder in ["outbox", "memory", "commits", "iam"] : "${local.lake_bucket_arn}/${var.lake_prefix}/${folder}/*"]
    },
    {
      Sid      = "ReadWebhook"
      Effect   = "Allow"
      Action   = ["ssm:GetParameter"]
      Resource = ["arn:${local.partition}:ssm:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:parameter${var.slack_webhook_parameter}"]
    },
  ]

  compact_lake = concat([
    { Sid = "ListCompactedLake", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [local.lake_bucket_arn] },
    { Sid = "CompactLake", Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Resource = [local.lake_objects] },
  ], local.write_lake_key)

  change_lake = concat([
    { Sid = "ListChangedLake", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [local.lake_bucket_arn] },
    { Sid = "ChangeLake", Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = [local.lake_objects] },
    { Sid = "TakeInventory", Effect = "Allow", Action = ["iam:GetAccountAuthorizationDetails"], Resource = ["*"] }, # of no resource
  ], local.write_lake_key)

  read_lake = concat([
    { Sid = "ListLake", Effect = "Allow", Action = ["s3:ListBucket"], Resource = [local.lake_bucket_arn] },
    { Sid = "ReadLake", Effect = "Allow", Action = ["s3:GetObject"], Resource = [local.lake_objects] },
  ], local.read_lake_key)
}
