locals {
  everybody = ["arn:${local.partition}:iam::${local.account}:root"]

  trust_in = {
    for role, principals in {
      push = var.push_principals
      pull = var.pull_principals
      gc   = var.gc_principals
    } :
    role => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { AWS = length(principals) > 0 ? principals : local.everybody }
        Action    = "sts:AssumeRole"
      }]
    })
  }

  # A role passed to Glue is passed within the account: only who has iam:PassRole on it can hand it to a job.
  trust_in_glue = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "glue.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role" "push" {
  name               = "${var.name}-push"
  description        = "Pushes builds, moves environments, writes the catalog, starts crawler and job. Deletes no data."
  assume_role_policy = local.trust_in["push"]
  tags               = var.tags
}

resource "aws_iam_role_policy" "push" {
  name   = "push"
  role   = aws_iam_role.push.id
  policy = local.policy_documents["push"]
}

resource "aws_iam_role" "pull" {
  name               = "${var.name}-pull"
  description        = "Reads builds."
  assume_role_policy = local.trust_in["pull"]
  tags               = var.tags
}

resource "aws_iam_role_policy" "pull" {
  name   = "pull"
  role   = aws_iam_role.pull.id
  policy = local.policy_documents["pull"]
}

resource "aws_iam_role" "gc" {
  count              = var.create_gc_role ? 1 : 0
  name               = "${var.name}-gc"
  description        = "Removes builds that no environment needs; the only role that deletes data."
  assume_role_policy = local.trust_in["gc"]
  tags               = var.tags
}

resource "aws_iam_role_policy" "gc" {
  count  = var.create_gc_role ? 1 : 0
  name   = "gc"
  role   = aws_iam_role.gc[0].id
  policy = local.policy_documents["gc"]
}

resource "aws_iam_role" "job" {
  name               = "${var.name}-job"
  description        = "What the Glue job ${local.job_name} is when it runs."
  assume_role_policy = local.trust_in_glue
  tags               = var.tags
}

resource "aws_iam_role_policy" "job" {
  name   = "job"
  role   = aws_iam_role.job.id
  policy = local.policy_documents["job"]
}

resource "aws_iam_role" "crawler" {
  name               = "${var.name}-crawler"
  description        = "What the crawler ${local.crawler_name} is when it runs."
  assume_role_policy = local.trust_in_glue
  tags               = var.tags
}

resource "aws_iam_role_policy" "crawler" {
  name   = "crawler"
  role   = aws_iam_role.crawler.id
  policy = local.policy_documents["crawler"]
}

# Snowflake's own user of AWS takes this one, where the mirror is made by COPY.
resource "aws_iam_role" "copy" {
  count       = var.copy_reader == null ? 0 : 1
  name        = local.copy_role_name
  description = "Snowflake reads the data of builds."
  tags        = var.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.copy_reader.user_arn }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = var.copy_reader.external_id } }
    }]
  })
}

resource "aws_iam_role_policy" "copy" {
  count  = var.copy_reader == null ? 0 : 1
  name   = "copy"
  role   = aws_iam_role.copy[0].id
  policy = local.policy_documents["copy"]
}
