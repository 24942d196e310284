# Terraform plans all of it, against a provider that makes nothing. What the plan must hold is
# asked by TestTerraform… in Go, which needs no Terraform.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }
}

variables {
  trail_bucket  = "trails"
  lake_bucket   = "lake"
  function_zip  = "versions.tf" # any file
  vpc_id        = "vpc-1"
  subnet_ids    = ["subnet-1", "subnet-2"]
  image_tag     = "1"
  alarm_actions = ["arn:aws:sns:eu-west-1:111111111111:alarms"]
}

run "plan" {
  command = plan

  assert {
    condition     = aws_sqs_queue.notices.visibility_timeout_seconds >= 6 * aws_lambda_function.ingest.timeout
    error_message = "A message must stay invisible for six times the function's timeout."
  }

  assert {
    condition     = length(aws_scheduler_schedule.job) == 3
    error_message = "There must be three jobs."
  }
}

run "plan_with_keys_and_without_notices" {
  command = plan

  variables {
    notify_from_bucket = false
    alarm_actions      = []
    trail_kms_key_arn  = "arn:aws:kms:eu-west-1:111111111111:key/trail"
    lake_kms_key_arn   = "arn:aws:kms:eu-west-1:111111111111:key/lake"
  }

  assert {
    condition     = length(aws_s3_bucket_notification.trail) == 0
    error_message = "The bucket's notifications must stay as they are."
  }
}

run "refuse_the_bucket_of_the_trail" {
  command = plan

  variables {
    lake_bucket = "trails"
  }

  expect_failures = [var.lake_bucket]
}
