# For Athena: a workgroup whose statements read so much and no more, the databases in which
# deploy/sql/athena.sql and views.sql make tables and views, and a policy for those who ask.

resource "aws_athena_workgroup" "reports" {
  name        = var.name
  description = "Reports of roletrail."

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.athena_scan_limit

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${aws_s3_bucket.answers.bucket}/answers/"

      encryption_configuration {
        encryption_option = var.lake_kms_key_arn == null ? "SSE_S3" : "SSE_KMS"
        kms_key_arn       = var.lake_kms_key_arn
      }
    }
  }
}

# files are the tables, lake is what the views are made of, and the third has the views.
resource "aws_glue_catalog_database" "lake" {
  for_each = toset(["files", "lake", "roletrail"])

  name        = each.value
  description = "Of roletrail, made by deploy/sql."
}

resource "aws_s3_bucket" "answers" {
  bucket = "${var.lake_bucket}-answers"
}

resource "aws_s3_bucket_public_access_block" "answers" {
  bucket                  = aws_s3_bucket.answers.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "answers" {
  bucket = aws_s3_bucket.answers.id

  rule {
    bucket_key_enabled = var.lake_kms_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.lake_kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.lake_kms_key_arn
    }
  }
}

# Answers are read when they are made, and may be asked for again.
resource "aws_s3_bucket_lifecycle_configuration" "answers" {
  bucket = aws_s3_bucket.answers.id

  rule {
    id     = "end-answers"
    status = "Enabled"

    filter {}

    expiration {
      days = 7
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_bucket_policy" "answers" {
  bucket = aws_s3_bucket.answers.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyTLS"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.answers.arn, "${aws_s3_bucket.answers.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.answers]
}

resource "aws_iam_policy" "ask_athena" {
  name        = "${var.name}-ask-athena"
  description = "What report --engine athena needs. Attach it to those who may ask."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid      = "Ask"
        Effect   = "Allow"
        Action   = ["athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution", "athena:StopQueryExecution"]
        Resource = [aws_athena_workgroup.reports.arn]
      },
      {
        Sid    = "FindTables"
        Effect = "Allow"
        Action = ["glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions"]
        Resource = concat(
          ["${local.glue}:catalog"],
          flatten([for database in keys(aws_glue_catalog_database.lake) : ["${local.glue}:database/${database}", "${local.glue}:table/${database}/*"]]),
        )
      },
      {
        Sid      = "ListCopyAndAnswers"
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:GetBucketLocation"]
        Resource = [local.lake_bucket_arn, aws_s3_bucket.answers.arn]
      },
      {
        Sid      = "ReadCopy"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["${local.lake_bucket_arn}/${var.athena_prefix}/*"]
      },
      {
        Sid      = "Answers"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
        Resource = ["${aws_s3_bucket.answers.arn}/answers/*"]
      },
    ], local.write_lake_key)
  })
}

locals {
  glue = "arn:${local.partition}:glue:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}"
}
