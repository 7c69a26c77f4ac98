resource "aws_cloudwatch_log_group" "job" {
  #checkov:skip=CKV_AWS_158:Logs have names and counts, no rows; CloudWatch encrypts them with its own keys.
  #checkov:skip=CKV_AWS_338:Thirty days are enough to look into a run; log_retention_days makes them more.
  for_each          = toset(["output", "error"])
  name              = "${local.job_log_prefix}/${each.key}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_cloudwatch_log_group" "crawler" {
  #checkov:skip=CKV_AWS_158:Logs have names of tables, no rows; CloudWatch encrypts them with its own keys.
  #checkov:skip=CKV_AWS_338:Thirty days are enough to look into a crawl; log_retention_days makes them more.
  count             = var.create_crawler_log_group ? 1 : 0
  name              = local.crawler_log_group
  retention_in_days = var.log_retention_days
  tags              = var.tags
}
