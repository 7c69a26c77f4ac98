resource "aws_glue_job" "publish" {
  #checkov:skip=CKV_AWS_195:The job writes nothing to S3 and keeps no bookmarks; its logs have names and counts, no rows, and CloudWatch encrypts them with its own keys.
  name         = local.job_name
  description  = "Brings the tables of a pushed build into Snowflake."
  role_arn     = aws_iam_role.job.arn
  glue_version = var.glue_version
  tags         = var.tags

  worker_type       = "G.1X"
  number_of_workers = 2
  timeout           = var.job_timeout_minutes
  max_retries       = 0

  command {
    name            = "glueetl"
    python_version  = "3"
    script_location = "s3://${var.bucket_name}/${local.script_key}"
  }

  execution_property {
    max_concurrent_runs = 1
  }

  # What a run says itself: the manifest, the build, the tables.
  default_arguments = {
    "--snowflake_secret"       = local.secret_name
    "--snowflake_database"     = var.snowflake_database
    "--region"                 = var.region
    "--job-language"           = "python"
    "--job-bookmark-option"    = "job-bookmark-disable"
    "--enable-auto-scaling"    = "true"
    "--custom-logGroup-prefix" = local.job_log_prefix
  }

  depends_on = [aws_iam_role_policy.job, aws_cloudwatch_log_group.job]
}
