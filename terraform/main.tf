module "aws" {
  source = "./modules/aws"

  bucket_name              = var.bucket_name
  prefix                   = var.prefix
  region                   = var.region
  push_principals          = var.push_principals
  pull_principals          = var.pull_principals
  gc_principals            = var.gc_principals
  create_gc_role           = var.create_gc_role
  crawler_tables           = var.crawler_tables
  create_crawler_log_group = var.create_crawler_log_group
  glue_version             = var.glue_version
  job_timeout_minutes      = var.job_timeout_minutes
  log_retention_days       = var.log_retention_days
  noncurrent_version_days  = var.noncurrent_version_days
  budget_usd               = var.budget_usd
  budget_email             = var.budget_email
  snowflake_database       = module.snowflake.database
  tags                     = var.tags

  # Snowflake says who reads, once its integration is there; the integration wants the role's name first.
  copy_reader = module.snowflake.copy_reader
}

module "snowflake" {
  source = "./modules/snowflake"

  snowflake_public_key     = var.snowflake_public_key
  snowflake_public_key_2   = var.snowflake_public_key_2
  snowflake_database       = var.snowflake_database
  snowflake_warehouse      = var.snowflake_warehouse
  snowflake_reader_users   = var.snowflake_reader_users
  snowflake_network_policy = var.snowflake_network_policy
  snowflake_credit_quota   = var.snowflake_credit_quota

  copy_from = var.publisher == "copy" ? {
    url      = "${module.aws.url}/data/"
    role_arn = module.aws.copy_role_arn
  } : null
}
