# What is null here has the default of the module that it goes to, and is checked there.

variable "bucket_name" {
  description = "The bucket that builds are pushed to, to be made. Names of buckets are unique in the world."
  type        = string
}

variable "region" {
  description = "The region of AWS that all of it lies in, such as us-east-1."
  type        = string
}

variable "budget_email" {
  description = "Who is told by e-mail when the month's budget is used up."
  type        = string
}

variable "snowflake_account" {
  description = "The identifier of the Snowflake account, ORGANIZATION-ACCOUNT."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9]*-[A-Za-z][A-Za-z0-9_]*$", var.snowflake_account))
    error_message = "snowflake_account '${var.snowflake_account}' is no identifier of an account: write ORGANIZATION-ACCOUNT, as `SELECT CURRENT_ORGANIZATION_NAME() || '-' || CURRENT_ACCOUNT_NAME()` prints it; neither an address nor a locator such as xy12345.us-east-1."
  }
}

variable "snowflake_public_key" {
  description = "The service user's RSA public key, as PEM or as base64 alone."
  type        = string
}

variable "snowflake_admin_role" {
  description = "The role of Snowflake that Terraform works with."
  type        = string
  default     = "ACCOUNTADMIN"
}

variable "publisher" {
  description = "What makes the mirror in Snowflake: the job in Glue, or Snowflake's COPY from the bucket."
  type        = string
  default     = "glue"
  nullable    = false

  validation {
    condition     = contains(["glue", "copy"], var.publisher)
    error_message = "publisher '${var.publisher}' is neither 'glue' nor 'copy'."
  }
}

variable "prefix" {
  description = "The folder in the bucket that the remote lies in; empty for the bucket as a whole."
  type        = string
  default     = null
}

variable "push_principals" {
  description = "ARNs of the users and roles that may take the role of a push. Empty: whom the account's own policies let."
  type        = list(string)
  default     = null
}

variable "pull_principals" {
  description = "ARNs of the users and roles that may take the role of a pull. Empty: whom the account's own policies let."
  type        = list(string)
  default     = null
}

variable "gc_principals" {
  description = "ARNs of the users and roles that may take the role that collects garbage. Empty: whom the account's own policies let."
  type        = list(string)
  default     = null
}

variable "create_gc_role" {
  description = "Whether there is a role for `reelhouse remote gc`, the only one that may delete what was pushed."
  type        = bool
  default     = null
}

variable "crawler_tables" {
  description = "The tables of the catalog that the crawler looks at; the tables of this project unless said otherwise."
  type        = set(string)
  default     = null
}

variable "create_crawler_log_group" {
  description = "False where crawlers have run in this account and region before: then their log group is there."
  type        = bool
  default     = null
}

variable "glue_version" {
  description = "The version of Glue that the job runs in, 5.0 or later."
  type        = string
  default     = null
}

variable "job_timeout_minutes" {
  description = "After how many minutes a run of the job is stopped."
  type        = number
  default     = null
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = null
}

variable "noncurrent_version_days" {
  description = "How long an object that was replaced or deleted can still be brought back."
  type        = number
  default     = null
}

variable "budget_usd" {
  description = "What the services of AWS used here may cost in a month, in US dollars, before somebody is told."
  type        = number
  default     = null
}

variable "snowflake_public_key_2" {
  description = "A second public key, valid beside the first while keys are rotated."
  type        = string
  default     = null
}

variable "snowflake_database" {
  description = "The database of the mirror; LETTERBOXD unless said otherwise."
  type        = string
  default     = null
}

variable "snowflake_warehouse" {
  description = "The warehouse; LETTERBOXD_WH unless said otherwise."
  type        = string
  default     = null
}

variable "snowflake_reader_users" {
  description = "Users of Snowflake who may read the mirror."
  type        = set(string)
  default     = null
}

variable "snowflake_network_policy" {
  description = "A network policy, made elsewhere, that says from where the service user may come."
  type        = string
  default     = null
}

variable "snowflake_credit_quota" {
  description = "Credits that the warehouse may use in a month before it is suspended; null for no bound."
  type        = number
  default     = 10
}

variable "tags" {
  description = "Tags of everything in AWS that has tags."
  type        = map(string)
  default     = { project = "letterboxd" }
}
