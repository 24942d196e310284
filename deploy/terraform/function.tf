# The function that takes log files into the lake.

resource "aws_lambda_function" "ingest" {
  function_name                  = local.function_name
  description                    = "Takes log files of CloudTrail into the lake of roletrail."
  role                           = aws_iam_role.function.arn
  runtime                        = "provided.al2023"
  architectures                  = ["arm64"]
  handler                        = "bootstrap"
  filename                       = var.function_zip
  source_code_hash               = filebase64sha256(var.function_zip)
  timeout                        = var.function_timeout
  memory_size                    = var.function_memory
  reserved_concurrent_executions = var.function_concurrency

  environment {
    variables = merge(
      {
        ROLETRAIL_LAKE          = local.lake
        ROLETRAIL_ALLOW_SOURCES = "s3://${var.trail_bucket}/${var.trail_prefix}"
      },
      var.trail_requester_pays ? { ROLETRAIL_REQUESTER_PAYS = "true" } : {},
      var.slack_webhook_parameter == null ? {} : { ROLETRAIL_SLACK_WEBHOOK_PARAMETER = var.slack_webhook_parameter },
    )
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_lambda_event_source_mapping" "notices" {
  event_source_arn                   = aws_sqs_queue.notices.arn
  function_name                      = aws_lambda_function.ingest.arn
  function_response_types            = ["ReportBatchItemFailures"] # else AWS takes failed messages for done
  batch_size                         = 10
  maximum_batching_window_in_seconds = 5

  # As many as are reserved: more would be throttled, and each throttled receive counts as a try.
  scaling_config {
    maximum_concurrency = var.function_concurrency
  }
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${local.function_name}"
  retention_in_days = var.log_days
}

resource "aws_iam_role" "function" {
  name               = "${var.name}-function"
  description        = "Reads log files of the trail and writes objects of the lake."
  assume_role_policy = local.assumed_by["lambda"]
}

resource "aws_iam_role_policy" "function" {
  name   = "take-log-files"
  role   = aws_iam_role.function.name
  policy = jsonencode({ Version = "2012-10-17", Statement = concat(local.take_log_files, local.take_notices, local.tell_slack) })
}
