variable "snowflake_public_key" {
  description = "The service user's RSA public key, as PEM or as base64 alone."
  type        = string
  nullable    = false

  validation {
    condition     = !strcontains(var.snowflake_public_key, "PRIVATE KEY")
    error_message = "snowflake_public_key is a private key, which must not come near Terraform's state: give the public one, which `openssl rsa -in key.p8 -pubout` prints. Take the private key for compromised if this plan was made or logged anywhere but here."
  }

  validation {
    condition     = strcontains(var.snowflake_public_key, "PRIVATE KEY") || can(regex("^MII[A-Za-z0-9+/]{377,}={0,2}$", replace(replace(var.snowflake_public_key, "/-----[A-Z ]+-----/", ""), "/\\s/", "")))
    error_message = "snowflake_public_key is no RSA public key of 2048 bits or more: give the file that `openssl rsa -in key.p8 -pubout` prints, as in file(\"key.pub\")."
  }
}

variable "snowflake_public_key_2" {
  description = "A second public key, valid beside the first while keys are rotated."
  type        = string
  default     = null

  validation {
    condition     = var.snowflake_public_key_2 == null ? true : can(regex("^MII[A-Za-z0-9+/]{377,}={0,2}$", replace(replace(var.snowflake_public_key_2, "/-----[A-Z ]+-----/", ""), "/\\s/", "")))
    error_message = "snowflake_public_key_2 is no RSA public key of 2048 bits or more: give the file that `openssl rsa -in key.p8 -pubout` prints."
  }
}

variable "snowflake_database" {
  description = "The database of the mirror."
  type        = string
  default     = "LETTERBOXD"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Z_][A-Z0-9_]{0,254}$", var.snowflake_database))
    error_message = "snowflake_database '${var.snowflake_database}' is no plain name of Snowflake's: take upper-case letters, digits and '_', a letter first, so that nobody has to quote it."
  }
}

variable "snowflake_warehouse" {
  description = "The warehouse that the mirror is made with."
  type        = string
  default     = "LETTERBOXD_WH"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Z_][A-Z0-9_]{0,254}$", var.snowflake_warehouse))
    error_message = "snowflake_warehouse '${var.snowflake_warehouse}' is no plain name of Snowflake's: take upper-case letters, digits and '_', a letter first, so that nobody has to quote it."
  }
}

variable "snowflake_reader_users" {
  description = "Users who may read the mirror."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for user in var.snowflake_reader_users : can(regex("^[A-Z_][A-Z0-9_.@-]*$", user))])
    error_message = "snowflake_reader_users are names of users as SHOW USERS lists them, in upper case. Not so: ${jsonencode([for user in var.snowflake_reader_users : user if !can(regex("^[A-Z_][A-Z0-9_.@-]*$", user))])}."
  }
}

variable "snowflake_network_policy" {
  description = "A network policy, made elsewhere, that says from where the service user may come. Null: the account's."
  type        = string
  default     = null
}

variable "snowflake_credit_quota" {
  description = "Credits that the warehouse may use in a month before it is suspended; null for no bound. Needs ACCOUNTADMIN."
  type        = number
  default     = 10

  validation {
    condition     = var.snowflake_credit_quota == null ? true : var.snowflake_credit_quota >= 1 && floor(var.snowflake_credit_quota) == var.snowflake_credit_quota
    error_message = "snowflake_credit_quota is a whole number of credits, 1 at least, or null for no bound."
  }
}

variable "copy_from" {
  description = "The data's folder in S3 and the role of AWS by which Snowflake reads it, for a mirror made by COPY; null where the Glue job makes it."
  type = object({
    url      = string
    role_arn = string
  })
  default = null
}
