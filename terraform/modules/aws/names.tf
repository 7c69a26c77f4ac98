# The names that users know, and the ARNs that follow from them. ARNs are composed rather than read from resources, so that
# every policy is known when a change is planned, and can be looked at before anything is made.
locals {
  database_name = "letterboxd_db"
  crawler_name  = "letterboxd_crawler"
  job_name      = "publish_letterboxd_to_snowflake"
  secret_name   = "letterboxd_snowflake_service_user"

  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  bucket_arn = "arn:${local.partition}:s3:::${var.bucket_name}"
  root       = var.prefix == "" ? "" : "${var.prefix}/"
  location   = "s3://${var.bucket_name}${var.prefix == "" ? "" : "/${var.prefix}"}"
  script_key = "${local.root}scripts/${local.job_name}.py"

  # docs/remote.md says what lies under which of these.
  folders = toset(["refs", "builds", "data", "exact", "files", "locks"])
  objects = { for folder in local.folders : folder => "${local.bucket_arn}/${local.root}${folder}/*" }

  glue_arn    = "arn:${local.partition}:glue:${var.region}:${local.account}"
  crawler_arn = "${local.glue_arn}:crawler/${local.crawler_name}"
  job_arn     = "${local.glue_arn}:job/${local.job_name}"
  catalog_arns = [
    "${local.glue_arn}:catalog",
    "${local.glue_arn}:database/${local.database_name}",
    "${local.glue_arn}:table/${local.database_name}/*",
  ]

  # Secrets Manager adds a hyphen and six characters of its own to the name.
  secret_arn = "arn:${local.partition}:secretsmanager:${var.region}:${local.account}:secret:${local.secret_name}-??????"

  job_log_prefix    = "/reelhouse/${local.job_name}"
  crawler_log_group = "/aws-glue/crawlers"
  logs_arn          = "arn:${local.partition}:logs:${var.region}:${local.account}:log-group"

  copy_role_name = "${var.name}-copy"
  copy_role_arn  = "arn:${local.partition}:iam::${local.account}:role/${local.copy_role_name}"
}
