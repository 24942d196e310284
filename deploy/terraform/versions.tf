# roletrail on AWS: log files of a trail are taken into a lake on S3 as they are delivered, put
# together every night, and reviewed every quarter. docs/deployment.md says how to begin, and
# what it costs.
terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}
