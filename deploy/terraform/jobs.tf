# What runs from a schedule, each a task of Fargate from the image of deploy/Dockerfile with a
# role of its own: the log files of a day are put together, an inventory of this account is
# taken, and the last quarter is reviewed.

locals {
  cache_size = "${var.job_disk - 15}GiB" # the rest is for the image and for what a report spills

  jobs = {
    compact = {
      schedule   = "cron(15 1 * * ? *)" # the day before is over, and its last log files have come
      command    = ["ingest", "compact", "--lake", local.lake, "--cache-size", local.cache_size]
      statements = local.compact_lake
    }
    inventory = {
      schedule   = "cron(0 3 3,10,17,24 * ? *)" # also just before the review
      command    = ["ingest", "iam", "--lake", local.lake, "--live", "--cache-size", local.cache_size]
      statements = local.change_lake
    }
    review = {
      schedule   = "cron(0 6 3 1,4,7,10 ? *)"
      command    = ["review-last-quarter.sh", local.lake, "/reviews"]
      statements = concat(local.read_lake, local.write_reviews)
    }
  }
}

resource "aws_ecr_repository" "image" {
  name                 = var.name
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecs_cluster" "jobs" {
  name = var.name
}

resource "aws_cloudwatch_log_group" "jobs" {
  name              = "/${var.name}/jobs"
  retention_in_days = var.log_days
}

resource "aws_ecs_task_definition" "job" {
  for_each = local.jobs

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.job_cpu
  memory                   = var.job_memory
  task_role_arn            = aws_iam_role.job[each.key].arn
  execution_role_arn       = aws_iam_role.execution.arn

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  container_definitions = jsonencode([{
    name                   = each.key
    image                  = "${aws_ecr_repository.image.repository_url}:${var.image_tag}"
    command                = each.value.command
    essential              = true
    user                   = "10001"
    readonlyRootFilesystem = true
    environment            = [for name, value in { XDG_CACHE_HOME = "/cache", TMPDIR = "/cache", CACHE_SIZE = local.cache_size } : { name = name, value = value }]
    mountPoints = concat(
      [{ sourceVolume = "cache", containerPath = "/cache" }],
      [for name in(each.key == "review" ? ["reviews"] : []) : { sourceVolume = name, containerPath = "/${name}" }],
    )
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.jobs.name
        awslogs-region        = data.aws_region.current.name
        awslogs-stream-prefix = each.key
      }
    }
  }])

  ephemeral_storage {
    size_in_gib = var.job_disk
  }

  volume {
    name = "cache" # of the task's own disk; user 10001 owns /cache in the image
  }

  volume {
    name = "reviews"

    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.reviews.id
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = aws_efs_access_point.reviews.id
        iam             = "ENABLED"
      }
    }
  }
}

resource "aws_iam_role" "job" {
  for_each = local.jobs

  name               = "${var.name}-${each.key}"
  assume_role_policy = local.assumed_by["ecs-tasks"]
}

resource "aws_iam_role_policy" "job" {
  for_each = local.jobs

  name   = each.key
  role   = aws_iam_role.job[each.key].name
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value.statements })
}

# ECS itself fetches the image and writes the log.
resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = local.assumed_by["ecs-tasks"]
}

resource "aws_iam_role_policy" "execution" {
  name = "begin-tasks"
  role = aws_iam_role.execution.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Login", Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = ["*"] }, # of no resource
      { Sid = "FetchImage", Effect = "Allow", Action = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource = [aws_ecr_repository.image.arn] },
      { Sid = "WriteLog", Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = ["${aws_cloudwatch_log_group.jobs.arn}:*"] },
    ]
  })
}

resource "aws_security_group" "jobs" {
  name        = "${var.name}-jobs"
  description = "Jobs of ${var.name}: nobody comes in."
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.jobs.id
  description       = "Services of AWS."
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "reviews" {
  security_group_id            = aws_security_group.jobs.id
  description                  = "The file system of the reviews."
  referenced_security_group_id = aws_security_group.reviews.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}
