# What needs a person.

locals {
  not_empty = {
    dead-letters = { queue = aws_sqs_queue.dead_letters.name, description = "Log files could not be taken in. Read the function's log, mend the reason, and send the messages back (redrive)." }
    not-begun    = { queue = aws_sqs_queue.not_begun.name, description = "A job could not be begun. The message says which, and why." }
  }
}

resource "aws_cloudwatch_metric_alarm" "not_empty" {
  for_each = local.not_empty

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value.queue }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching" # a queue that nobody uses has no metrics
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "oldest_message" {
  alarm_name          = "${var.name}-oldest-message"
  alarm_description   = "Log files wait too long. Does the function run, is it throttled, are there more than it can take?"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.notices.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.oldest_message_seconds
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
}

# Tasks that were begun and failed: the exit code of the program is not 0.
resource "aws_cloudwatch_event_rule" "job_failed" {
  count = length(var.alarm_actions) > 0 ? 1 : 0

  name        = "${var.name}-job-failed"
  description = "A job of roletrail failed; its log says why."

  event_pattern = jsonencode({
    source      = ["aws.ecs"]
    detail-type = ["ECS Task State Change"]
    detail = {
      clusterArn = [aws_ecs_cluster.jobs.arn]
      lastStatus = ["STOPPED"]
      containers = { exitCode = [{ anything-but = 0 }] }
    }
  })
}

resource "aws_cloudwatch_event_target" "job_failed" {
  for_each = toset(var.alarm_actions)

  rule = aws_cloudwatch_event_rule.job_failed[0].name
  arn  = each.value
}
