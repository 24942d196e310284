# The file system that keeps the reviews, where decisions.json is put beside them.

locals {
  write_reviews = [{
    Sid       = "WriteReviews"
    Effect    = "Allow"
    Action    = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    Resource  = [aws_efs_file_system.reviews.arn]
    Condition = { StringEquals = { "elasticfilesystem:AccessPointArn" = aws_efs_access_point.reviews.arn } }
  }]
}

resource "aws_efs_file_system" "reviews" {
  encrypted = true

  tags = {
    Name = "${var.name}-reviews"
  }
}

resource "aws_efs_access_point" "reviews" {
  file_system_id = aws_efs_file_system.reviews.id

  posix_user {
    uid = 10001 # of deploy/Dockerfile
    gid = 10001
  }

  root_directory {
    path = "/reviews"

    creation_info {
      owner_uid   = 10001
      owner_gid   = 10001
      permissions = "0750"
    }
  }
}

resource "aws_efs_backup_policy" "reviews" {
  file_system_id = aws_efs_file_system.reviews.id

  backup_policy {
    status = "ENABLED"
  }
}

resource "aws_efs_mount_target" "reviews" {
  for_each = toset(var.subnet_ids)

  file_system_id  = aws_efs_file_system.reviews.id
  subnet_id       = each.value
  security_groups = [aws_security_group.reviews.id]
}

resource "aws_security_group" "reviews" {
  name        = "${var.name}-reviews"
  description = "Reviews of ${var.name}: its jobs mount them."
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "reviews" {
  security_group_id            = aws_security_group.reviews.id
  description                  = "NFS from the jobs."
  referenced_security_group_id = aws_security_group.jobs.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}
