variable "name" {
  description = "What the names of all resources begin with."
  type        = string
  default     = "roletrail"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name))
    error_message = "The name must be 2 to 31 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

# The trail.

variable "trail_bucket" {
  description = "Bucket of this account and Region to which the trail delivers its log files."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.trail_bucket))
    error_message = "The name must be that of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "trail_prefix" {
  description = "Prefix of the log files in that bucket. Notices may name nothing else."
  type        = string
  default     = "AWSLogs/"

  validation {
    condition     = endswith(var.trail_prefix, "/") && !can(regex("[\\s*?$]", var.trail_prefix))
    error_message = "The prefix must end with a slash, without spaces, *, ? and $."
  }
}

variable "trail_kms_key_arn" {
  description = "Key with which the trail encrypts its log files. Its policy must let the role of the function decrypt."
  type        = string
  default     = null

  validation {
    condition     = var.trail_kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.trail_kms_key_arn))
    error_message = "The key must be given by its ARN, arn:aws:kms:REGION:ACCOUNT:key/ID."
  }
}

variable "trail_requester_pays" {
  description = "Whether the function agrees to pay for its requests to the trail's bucket, without which one that lets who asks pay refuses other accounts."
  type        = bool
  default     = false
}

variable "notify_from_bucket" {
  description = "Whether to let the trail's bucket give notice to the queue. This takes the place of all notifications that the bucket has; with false, send them to the queue by other means (SNS, EventBridge)."
  type        = bool
  default     = true
}

variable "slack_webhook_parameter" {
  description = "Parameter of Systems Manager (a SecureString) with the address of a Slack webhook, which the function tells of grave changes of roles. Encrypted with a key of your own, it needs kms:Decrypt for the function besides."
  type        = string
  default     = null

  validation {
    condition     = var.slack_webhook_parameter == null || can(regex("^/[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*$", var.slack_webhook_parameter))
    error_message = "The parameter must be given by its name, as /roletrail/slack."
  }
}

# The lake.

variable "lake_bucket" {
  description = "Bucket to be made for the lake."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.lake_bucket)) && var.lake_bucket != var.trail_bucket
    error_message = "The name must be that of a bucket, 3 to 63 lower-case letters, digits, dots and hyphens, and not that of the trail."
  }
}

variable "lake_prefix" {
  description = "Prefix of the lake in that bucket, without a slash at its end."
  type        = string
  default     = "roletrail"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", var.lake_prefix))
    error_message = "The prefix must be letters, digits, _ and -, in parts with slashes between."
  }
}

variable "lake_kms_key_arn" {
  description = "Key to encrypt the lake with, whose policy must admit the roles made here; without one S3's own keys do it."
  type        = string
  default     = null

  validation {
    condition     = var.lake_kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.lake_kms_key_arn))
    error_message = "The key must be given by its ARN, arn:aws:kms:REGION:ACCOUNT:key/ID."
  }
}

variable "old_versions_days" {
  description = "Days for which removed and replaced objects of the lake are kept: its only copy against mistakes."
  type        = number
  default     = 14

  validation {
    condition     = var.old_versions_days >= 2 && var.old_versions_days <= 365
    error_message = "Old versions must be kept for 2 to 365 days: a day belongs to those who still read them."
  }
}

# The function.

variable "function_zip" {
  description = "Path of the zip that holds ingest for linux/arm64 as bootstrap."
  type        = string
}

variable "function_timeout" {
  description = "Seconds for which the function may run. A fifth of it, at most three, are kept for giving back what is not done."
  type        = number
  default     = 120

  validation {
    condition     = var.function_timeout >= 30 && var.function_timeout <= 900
    error_message = "The function needs 30 to 900 seconds."
  }
}

variable "function_memory" {
  description = "Memory of the function in MiB. Lambda gives CPU by it: 1,769 MiB are one whole core."
  type        = number
  default     = 512

  validation {
    condition     = var.function_memory >= 256 && var.function_memory <= 10240
    error_message = "The function needs 256 to 10240 MiB."
  }
}

variable "function_concurrency" {
  description = "How many instances of the function may run at once. They are taken out of the account's, so that others are not kept waiting by a backfill, nor this by them."
  type        = number
  default     = 20

  validation {
    condition     = var.function_concurrency >= 2 && var.function_concurrency <= 1000
    error_message = "SQS begins with two instances: let there be 2 to 1000."
  }
}

variable "max_receive_count" {
  description = "How often a notice is tried before it comes to the queue for dead letters."
  type        = number
  default     = 5

  validation {
    condition     = var.max_receive_count >= 5 && var.max_receive_count <= 1000
    error_message = "Throttled receives count, too: try at least 5 times."
  }
}

# The jobs.

variable "vpc_id" {
  description = "VPC in which the jobs run."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of that VPC, of different zones, with a way to S3, ECR, CloudWatch Logs and IAM (a NAT gateway, or endpoints)."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "The jobs need a subnet."
  }
}

variable "image_tag" {
  description = "Tag of the image in the repository made here. Tags of it cannot be moved: a new image needs a new one."
  type        = string
}

variable "job_cpu" {
  description = "CPU of a job, in 1,024ths of a core."
  type        = number
  default     = 2048

  validation {
    condition     = contains([1024, 2048, 4096, 8192, 16384], var.job_cpu)
    error_message = "Fargate has 1024, 2048, 4096, 8192 and 16384."
  }
}

variable "job_memory" {
  description = "Memory of a job in MiB, which must go with its CPU."
  type        = number
  default     = 4096

  validation {
    condition     = var.job_memory >= 2 * var.job_cpu && var.job_memory <= 8 * var.job_cpu
    error_message = "Fargate gives 2 to 8 MiB for each 1,024th of a core."
  }
}

variable "job_disk" {
  description = "Disk of a job in GiB, for the part of the lake that it fetches."
  type        = number
  default     = 100

  validation {
    condition     = var.job_disk >= 21 && var.job_disk <= 200
    error_message = "Fargate gives 21 to 200 GiB."
  }
}

# Alarms, logs and Athena.

variable "alarm_actions" {
  description = "ARNs of SNS topics that alarms and failed jobs tell; their policies must let cloudwatch.amazonaws.com and events.amazonaws.com publish. Without any, nobody hears of the alarms."
  type        = list(string)
  default     = []
}

variable "oldest_message_seconds" {
  description = "Age of the oldest waiting notice from which on there is an alarm."
  type        = number
  default     = 3600

  validation {
    condition     = var.oldest_message_seconds >= 300
    error_message = "Below 300 seconds every retry would be an alarm."
  }
}

variable "log_days" {
  description = "Days for which the logs of function and jobs are kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365, 400], var.log_days)
    error_message = "CloudWatch Logs has 7, 14, 30, 60, 90, 180, 365 and 400 days, among others."
  }
}

variable "athena_scan_limit" {
  description = "Bytes that one statement of Athena may read before it is ended. 10^12 bytes cost about 5 dollars."
  type        = number
  default     = 1000000000000

  validation {
    condition     = var.athena_scan_limit >= 10000000
    error_message = "Athena takes no limit below 10,000,000 bytes."
  }
}

variable "athena_prefix" {
  description = "Prefix in the lake's bucket of the copy that Athena reads (docs/engines.md), without a slash at its end."
  type        = string
  default     = "athena"

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", var.athena_prefix)) && var.athena_prefix != var.lake_prefix
    error_message = "The prefix must be letters, digits, _ and -, in parts with slashes between, and not that of the lake."
  }
}
