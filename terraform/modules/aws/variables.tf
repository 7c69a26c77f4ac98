variable "bucket_name" {
  description = "The bucket that builds are pushed to. Names of buckets are unique in the world."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.bucket_name))
    error_message = "bucket_name '${var.bucket_name}' is no name of a bucket: take 3 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends. Dots are left out because TLS certificates do not cover them."
  }
}

variable "prefix" {
  description = "The folder in the bucket that the remote lies in; empty for the bucket as a whole."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?$", var.prefix))
    error_message = "prefix '${var.prefix}' is no folder of a remote: take names of letters, digits, '.', '_' and '-', with '/' between them and none at the ends, as in 'films/letterboxd'."
  }
}

variable "region" {
  description = "The region that all of it lies in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region '${var.region}' is no region of AWS: write it as in 'us-east-1', without the letter of a zone."
  }
}

variable "name" {
  description = "What the names of roles and of the budget begin with."
  type        = string
  default     = "letterboxd"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name))
    error_message = "name '${var.name}' cannot begin the names of roles: take up to 31 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "glue_version" {
  description = "The version of Glue that the job runs in."
  type        = string
  default     = "5.0"
  nullable    = false

  validation {
    condition     = can(regex("^5\\.[0-9]$", var.glue_version))
    error_message = "glue_version '${var.glue_version}' will not do: the job is written for Glue 5 (Spark 3.5, Python 3.11), such as '5.0'."
  }
}

variable "job_timeout_minutes" {
  description = "After how many minutes a run of the job is stopped; it bounds what a run that hangs can cost."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.job_timeout_minutes >= 5 && var.job_timeout_minutes <= 1440 && floor(var.job_timeout_minutes) == var.job_timeout_minutes
    error_message = "job_timeout_minutes is a whole number of minutes from 5 to 1440, not ${var.job_timeout_minutes}."
  }
}

variable "snowflake_database" {
  description = "The database in Snowflake that the job writes to unless a run says otherwise."
  type        = string
  default     = "LETTERBOXD"
  nullable    = false
}

variable "crawler_tables" {
  description = "The tables of the catalog that the crawler looks at. Terraform makes them, empty; pushes fill them in."
  type        = set(string)
  nullable    = false
  default = [
    "actors", "countries", "crew", "genres", "languages", "movies", "releases", "studios", "themes", "theme_groups",
    "stg_actors", "stg_countries", "stg_crew", "stg_genres", "stg_languages", "stg_movie_theme_groups", "stg_movies",
    "stg_releases", "stg_studios", "stg_themes",
    "actor_careers", "director_careers", "movies_by_country", "movies_by_genre", "movies_by_language",
    "movies_by_rating", "movies_by_studio", "movies_by_year", "movies_by_year_theme", "releases_by_country",
  ]

  validation {
    condition     = length(var.crawler_tables) > 0 && alltrue([for table in var.crawler_tables : can(regex("^[a-z0-9_]{1,255}$", table))])
    error_message = "crawler_tables has at least one name, and Glue's names are lower-case letters, digits and '_'. Not so: ${jsonencode([for table in var.crawler_tables : table if !can(regex("^[a-z0-9_]{1,255}$", table))])}."
  }
}

variable "push_principals" {
  description = "ARNs of the users and roles that may take the role of a push. Empty: whom the account's own policies let."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.push_principals : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(root|user/.+|role/.+)$", arn))])
    error_message = "push_principals are ARNs of users, roles or accounts, as in 'arn:aws:iam::123456789012:role/ci'. Not so: ${jsonencode([for arn in var.push_principals : arn if !can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(root|user/.+|role/.+)$", arn))])}."
  }
}

variable "pull_principals" {
  description = "ARNs of the users and roles that may take the role of a pull. Empty: whom the account's own policies let."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.pull_principals : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(root|user/.+|role/.+)$", arn))])
    error_message = "pull_principals are ARNs of users, roles or accounts, as in 'arn:aws:iam::123456789012:user/ann'. Not so: ${jsonencode([for arn in var.pull_principals : arn if !can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(root|user/.+|role/.+)$", arn))])}."
  }
}

variable "gc_principals" {
  description = "ARNs of the users and roles that may take the role that collects garbage. Empty: whom the account's own policies let."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.gc_principals : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(root|user/.+|role/.+)$", arn))])
    error_message = "gc_principals are ARNs of users, roles or accounts, as in 'arn:aws:iam::123456789012:role/upkeep'. Not so: ${jsonencode([for arn in var.gc_principals : arn if !can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(root|user/.+|role/.+)$", arn))])}."
  }
}

variable "create_gc_role" {
  description = "Whether there is a role for `reelhouse remote gc`, the only one that may delete what was pushed."
  type        = bool
  default     = false
  nullable    = false
}

variable "create_crawler_log_group" {
  description = "Whether Terraform makes the log group /aws-glue/crawlers. False where crawlers have run in this account and region before: then it is there."
  type        = bool
  default     = true
  nullable    = false
}

variable "log_retention_days" {
  description = "How long logs of the job and the crawler are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days cannot be ${var.log_retention_days}: CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, … days."
  }
}

variable "noncurrent_version_days" {
  description = "How long an object that was replaced or deleted can still be brought back."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.noncurrent_version_days >= 1 && floor(var.noncurrent_version_days) == var.noncurrent_version_days
    error_message = "noncurrent_version_days is a whole number of days, 1 at least, not ${var.noncurrent_version_days}."
  }
}

variable "budget_usd" {
  description = "What S3, Glue, CloudWatch and Secrets Manager may cost in a month, in US dollars, before somebody is told."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.budget_usd > 0
    error_message = "budget_usd is an amount above 0, not ${var.budget_usd}."
  }
}

variable "budget_email" {
  description = "Who is told when the budget is used up."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", var.budget_email))
    error_message = "budget_email '${var.budget_email}' is no e-mail address."
  }
}

variable "copy_reader" {
  description = "Who reads the bucket for Snowflake's COPY, as the storage integration tells: its user of AWS and the external id. Null unless the mirror is made by COPY."
  type = object({
    user_arn    = string
    external_id = string
  })
  default = null
}

variable "tags" {
  description = "Tags of everything that has tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
