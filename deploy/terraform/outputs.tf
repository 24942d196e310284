output "lake" {
  description = "The lake, for --lake of ingest and report."
  value       = local.lake
}

output "image_repository" {
  description = "Where the image of deploy/Dockerfile is pushed to, with the tag of image_tag."
  value       = aws_ecr_repository.image.repository_url
}

output "notices_queue_url" {
  description = "The queue of notices, for ingest watch in the place of the function."
  value       = aws_sqs_queue.notices.url
}

output "notices_queue_arn" {
  description = "The same, for notifications that are made elsewhere."
  value       = aws_sqs_queue.notices.arn
}

output "dead_letters_queue_url" {
  description = "The queue of notices that never succeeded."
  value       = aws_sqs_queue.dead_letters.url
}

output "role_arns" {
  description = "The roles made here, for the policies of keys."
  value = {
    function = aws_iam_role.function.arn
    jobs     = { for name, role in aws_iam_role.job : name => role.arn }
  }
}

output "reviews_file_system_id" {
  description = "The file system that keeps the reviews."
  value       = aws_efs_file_system.reviews.id
}

output "athena_workgroup" {
  description = "For --athena-workgroup of report."
  value       = aws_athena_workgroup.reports.name
}

output "ask_athena_policy_arn" {
  description = "Policy to attach to those who ask Athena."
  value       = aws_iam_policy.ask_athena.arn
}

output "athena_lake" {
  description = "Where the copy of the lake belongs that Athena reads: put it in the place of s3://BUCKET/LAKE in deploy/sql/athena.sql."
  value       = "s3://${var.lake_bucket}/${var.athena_prefix}"
}
