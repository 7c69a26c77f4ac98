# What modules/aws plans for an empty account. Providers are mocked: nobody is called.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  bucket_name  = "letterboxd-example"
  prefix       = "films"
  region       = "us-east-1"
  budget_email = "films@example.com"
}

run "names_are_those_that_users_know" {
  command = plan
  module {
    source = "./modules/aws"
  }

  assert {
    condition     = aws_glue_catalog_database.letterboxd.name == "letterboxd_db"
    error_message = "the database of the catalog has another name"
  }
  assert {
    condition     = aws_glue_crawler.letterboxd.name == "letterboxd_crawler"
    error_message = "the crawler has another name"
  }
  assert {
    condition     = aws_glue_job.publish.name == "publish_letterboxd_to_snowflake"
    error_message = "the job has another name"
  }
  assert {
    condition     = aws_secretsmanager_secret.snowflake.name == "letterboxd_snowflake_service_user"
    error_message = "the secret has another name"
  }
  assert {
    condition     = output.url == "s3://letterboxd-example/films" && output.script_uri == "s3://letterboxd-example/films/scripts/publish_letterboxd_to_snowflake.py"
    error_message = "the remote or the script lie elsewhere: ${output.url}, ${output.script_uri}"
  }
}

run "bucket_is_private_versioned_and_encrypted" {
  command = plan
  module {
    source = "./modules/aws"
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.remote.block_public_acls,
      aws_s3_bucket_public_access_block.remote.block_public_policy,
      aws_s3_bucket_public_access_block.remote.ignore_public_acls,
      aws_s3_bucket_public_access_block.remote.restrict_public_buckets,
    ])
    error_message = "the bucket can be made public"
  }
  assert {
    condition     = aws_s3_bucket_versioning.remote.versioning_configuration[0].status == "Enabled"
    error_message = "the bucket keeps no versions"
  }
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.remote.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "the bucket is not encrypted"
  }
  assert {
    condition     = aws_s3_bucket.remote.force_destroy == false
    error_message = "terraform destroy would delete a bucket with builds in it"
  }
  assert {
    condition = alltrue([
      one([for rule in aws_s3_bucket_lifecycle_configuration.remote.rule : rule.abort_incomplete_multipart_upload[0].days_after_initiation == 7 if rule.id == "aborted-uploads"]),
      one([for rule in aws_s3_bucket_lifecycle_configuration.remote.rule : rule.noncurrent_version_expiration[0].noncurrent_days == 30 if rule.id == "noncurrent-versions"]),
      one([for rule in aws_s3_bucket_lifecycle_configuration.remote.rule : rule.expiration[0].days == 2 && rule.filter[0].prefix == "films/locks/" if rule.id == "abandoned-locks"]),
      length(aws_s3_bucket_lifecycle_configuration.remote.rule) == 3,
      alltrue([for rule in aws_s3_bucket_lifecycle_configuration.remote.rule : rule.status == "Enabled"]),
    ])
    error_message = "the bucket keeps aborted uploads, old versions or locks for another time, or deletes something else"
  }
  assert {
    condition     = { for statement in jsondecode(aws_s3_bucket_policy.remote.policy).Statement : statement.Sid => statement.Effect } == { OnlyByTLS = "Deny", OnlyByTLS12 = "Deny", WriteOnce = "Deny", MoveRefsFromWhatTheyWere = "Deny" }
    error_message = "the bucket's policy has other statements"
  }
}

run "job_is_small_and_bounded" {
  command = plan
  module {
    source = "./modules/aws"
  }

  assert {
    condition     = aws_glue_job.publish.worker_type == "G.1X" && aws_glue_job.publish.number_of_workers == 2
    error_message = "the job has other workers"
  }
  assert {
    condition     = aws_glue_job.publish.glue_version == "5.0" && aws_glue_job.publish.timeout == 60 && aws_glue_job.publish.max_retries == 0
    error_message = "the job's version, timeout or retries are others"
  }
  assert {
    condition     = aws_glue_job.publish.execution_property[0].max_concurrent_runs == 1
    error_message = "two runs at once would write the same schemas"
  }
  assert {
    condition     = aws_glue_job.publish.default_arguments["--enable-auto-scaling"] == "true" && aws_glue_job.publish.default_arguments["--custom-logGroup-prefix"] == "/reelhouse/publish_letterboxd_to_snowflake"
    error_message = "the job does not scale, or logs elsewhere"
  }
  assert {
    condition     = aws_glue_job.publish.default_arguments["--snowflake_secret"] == "letterboxd_snowflake_service_user" && aws_glue_job.publish.default_arguments["--snowflake_database"] == "LETTERBOXD" && aws_glue_job.publish.default_arguments["--region"] == "us-east-1"
    error_message = "the job does not know its secret, its database or its region"
  }
  assert {
    condition     = aws_glue_job.publish.command[0].script_location == output.script_uri
    error_message = "the job's script lies elsewhere than outputs say"
  }
}

run "crawler_looks_and_changes_nothing" {
  command = plan
  module {
    source = "./modules/aws"
  }

  assert {
    condition     = aws_glue_crawler.letterboxd.schema_change_policy[0].delete_behavior == "LOG" && aws_glue_crawler.letterboxd.schema_change_policy[0].update_behavior == "LOG"
    error_message = "the crawler changes tables"
  }
  assert {
    condition     = length(aws_glue_crawler.letterboxd.catalog_target) == 1 && length(aws_glue_crawler.letterboxd.s3_target) == 0
    error_message = "the crawler has other targets than the catalog"
  }
  assert {
    condition     = toset(aws_glue_crawler.letterboxd.catalog_target[0].tables) == toset(keys(aws_glue_catalog_table.pushed)) && length(aws_glue_catalog_table.pushed) == 30
    error_message = "the crawler's tables are not those of the project"
  }
}

run "logs_end_and_money_is_watched" {
  command = plan
  module {
    source = "./modules/aws"
  }
  variables {
    log_retention_days = 90
    budget_usd         = 12.5
  }

  assert {
    condition     = { for group in concat(values(aws_cloudwatch_log_group.job), aws_cloudwatch_log_group.crawler) : group.name => group.retention_in_days } == { "/reelhouse/publish_letterboxd_to_snowflake/output" = 90, "/reelhouse/publish_letterboxd_to_snowflake/error" = 90, "/aws-glue/crawlers" = 90 }
    error_message = "logs are kept elsewhere or for another time"
  }
  assert {
    condition     = aws_budgets_budget.month.limit_amount == "12.50" && length(aws_budgets_budget.month.notification) == 2
    error_message = "the budget is another, or tells nobody"
  }
}

run "data_is_deleted_by_nobody_unless_asked_for" {
  command = plan
  module {
    source = "./modules/aws"
  }

  assert {
    condition     = length(aws_iam_role.gc) == 0 && length(aws_iam_role_policy.gc) == 0 && !contains(keys(output.role_arns), "gc")
    error_message = "there is a role that deletes data, and nobody has asked for it"
  }
}

run "garbage_is_collected_by_a_role_of_its_own" {
  command = plan
  module {
    source = "./modules/aws"
  }
  variables {
    create_gc_role  = true
    push_principals = ["arn:aws:iam::123456789012:role/ci"]
    gc_principals   = ["arn:aws:iam::123456789012:role/upkeep"]
  }

  assert {
    condition     = jsondecode(aws_iam_role.gc[0].assume_role_policy).Statement[0].Principal.AWS == ["arn:aws:iam::123456789012:role/upkeep"]
    error_message = "who may push may collect garbage too"
  }
  assert {
    condition     = aws_iam_role.gc[0].name == "letterboxd-gc" && jsondecode(aws_iam_role_policy.gc[0].policy) == jsondecode(output.policies.gc)
    error_message = "the role that collects garbage is missing, or has another policy"
  }
}

run "roles_have_the_policies_that_are_published" {
  command = plan
  module {
    source = "./modules/aws"
  }

  assert {
    condition = alltrue([
      aws_iam_role_policy.push.policy == output.policies.push,
      aws_iam_role_policy.pull.policy == output.policies.pull,
      aws_iam_role_policy.job.policy == output.policies.job,
      aws_iam_role_policy.crawler.policy == output.policies.crawler,
      aws_s3_bucket_policy.remote.policy == output.policies.bucket,
    ])
    error_message = "a role has another policy than outputs say"
  }
  assert {
    condition     = jsondecode(aws_iam_role.push.assume_role_policy).Statement[0].Principal.AWS == ["arn:aws:iam::123456789012:root"]
    error_message = "somebody outside of the account may push"
  }
  assert {
    condition     = length(aws_iam_role.copy) == 0
    error_message = "there is a role for COPY, and nobody has asked for it"
  }
}

run "snowflake_reads_as_the_user_and_by_the_id_that_it_told" {
  command = plan
  module {
    source = "./modules/aws"
  }
  variables {
    copy_reader = { user_arn = "arn:aws:iam::210987654321:user/snowflake", external_id = "reelhouse-1" }
  }

  assert {
    condition = jsondecode(aws_iam_role.copy[0].assume_role_policy).Statement == [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::210987654321:user/snowflake" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "sts:ExternalId" = "reelhouse-1" } }
    }]
    error_message = "somebody else may take the role of COPY"
  }
  assert {
    condition     = output.copy_role_arn == "arn:aws:iam::123456789012:role/letterboxd-copy" && aws_iam_role.copy[0].name == "letterboxd-copy"
    error_message = "Snowflake is told of another role"
  }
}

run "only_those_who_are_named_may_push" {
  command = plan
  module {
    source = "./modules/aws"
  }
  variables {
    push_principals = ["arn:aws:iam::123456789012:role/ci"]
  }

  assert {
    condition     = jsondecode(aws_iam_role.push.assume_role_policy).Statement[0].Principal.AWS == ["arn:aws:iam::123456789012:role/ci"]
    error_message = "others may push too"
  }
}

run "log_group_of_crawlers_can_be_there_already" {
  command = plan
  module {
    source = "./modules/aws"
  }
  variables {
    create_crawler_log_group = false
  }

  assert {
    condition     = length(aws_cloudwatch_log_group.crawler) == 0
    error_message = "a log group that is there would be made again"
  }
}

run "names_of_buckets_are_checked" {
  command = plan
  module {
    source = "./modules/aws"
  }
  variables {
    bucket_name = "Letterboxd"
  }
  expect_failures = [var.bucket_name]
}

run "regions_are_checked" {
  command = plan
  module {
    source = "./modules/aws"
  }
  variables {
    region = "us-east-1a"
  }
  expect_failures = [var.region]
}

run "principals_are_checked" {
  command = plan
  module {
    source = "./modules/aws"
  }
  variables {
    push_principals = ["ci"]
    pull_principals = ["*"]
  }
  expect_failures = [var.push_principals, var.pull_principals]
}
