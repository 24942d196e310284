# The same in a container on AWS: EventBridge Scheduler starts a task of Fargate on the third
# day after each quarter. The lake lies on S3, the reviews on a file system of EFS, where
# decisions.json is put beside them. Inventories are ingested elsewhere.

variable "image" {
  description = "Image made of deploy/Dockerfile."
  type        = string
}

variable "lake_bucket" {
  type = string
}

variable "lake_prefix" {
  type    = string
  default = "roletrail"
}

variable "cluster_arn" {
  type = string
}

variable "subnets" {
  type = list(string)
}

variable "security_groups" {
  type = list(string)
}

variable "file_system_id" {
  description = "File system of EFS that keeps the reviews; user 10001 writes to it."
  type        = string
}

variable "execution_role_arn" {
  description = "Role with which ECS fetches the image."
  type        = string
}

data "aws_iam_policy_document" "assumed_by" {
  for_each = toset(["ecs-tasks", "scheduler"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "read_lake" {
  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${var.lake_bucket}"]
  }

  statement {
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::${var.lake_bucket}/${var.lake_prefix}/*"]
  }
}

data "aws_iam_policy_document" "run_review" {
  statement {
    actions   = ["ecs:RunTask"]
    resources = ["${aws_ecs_task_definition.review.arn_without_revision}:*"]
  }

  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.review.arn, var.execution_role_arn]
  }
}

resource "aws_iam_role" "review" {
  name               = "roletrail-review"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["ecs-tasks"].json
}

resource "aws_iam_role_policy" "read_lake" {
  role   = aws_iam_role.review.name
  name   = "read-lake"
  policy = data.aws_iam_policy_document.read_lake.json
}

resource "aws_iam_role" "scheduler" {
  name               = "roletrail-review-scheduler"
  assume_role_policy = data.aws_iam_policy_document.assumed_by["scheduler"].json
}

resource "aws_iam_role_policy" "run_review" {
  role   = aws_iam_role.scheduler.name
  name   = "run-review"
  policy = data.aws_iam_policy_document.run_review.json
}

resource "aws_ecs_task_definition" "review" {
  family                   = "roletrail-review"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 2048
  memory                   = 4096
  task_role_arn            = aws_iam_role.review.arn
  execution_role_arn       = var.execution_role_arn

  container_definitions = jsonencode([{
    name        = "review"
    image       = var.image
    command     = ["review-last-quarter.sh", "s3://${var.lake_bucket}/${var.lake_prefix}", "/reviews"]
    environment = [{ name = "XDG_CACHE_HOME", value = "/tmp" }]
    mountPoints = [{ sourceVolume = "reviews", containerPath = "/reviews" }]
  }])

  ephemeral_storage {
    size_in_gib = 50
  }

  volume {
    name = "reviews"

    efs_volume_configuration {
      file_system_id     = var.file_system_id
      transit_encryption = "ENABLED"
    }
  }
}

resource "aws_scheduler_schedule" "review" {
  name                         = "roletrail-review"
  schedule_expression          = "cron(0 6 3 1,4,7,10 ? *)"
  schedule_expression_timezone = "UTC"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.cluster_arn
    role_arn = aws_iam_role.scheduler.arn

    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.review.arn
      launch_type         = "FARGATE"

      network_configuration {
        subnets         = var.subnets
        security_groups = var.security_groups
      }
    }
  }
}
