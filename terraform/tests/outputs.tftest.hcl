# What the whole gives to reelhouse.yml, profiles.yml and ~/.aws/config. Everything is made, by providers that are mocked.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/example" }
  }
}

mock_provider "snowflake" {
  mock_resource "snowflake_storage_integration" {
    defaults = { storage_aws_iam_user_arn = "arn:aws:iam::210987654321:user/snowflake" }
  }
}

variables {
  bucket_name          = "letterboxd-example"
  region               = "eu-central-1"
  budget_email         = "films@example.com"
  snowflake_account    = "MYORG-MYACCOUNT"
  snowflake_public_key = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuQM1HwZ0dKNFGp2/jDnNsF5RoQpqk24cN7k3WDVkWJLkoi/74bB2ThuS1d1nL54p6aNsT83G2fXpBjkNH++1vFIg9d+craUuEhXcwNH654GU0nth746KwIRVJJ9aqTe7VEdr6ouSEoFrNRZqDldrvcM/lmMl6JU4EXrUOApIX8f7gcJirQEfKtY6YbsSOmpJH6goNdJFtzoNTW4+3hlRWY4GqFxcrSM/5XMPy1BphgnQFqm+Wk1RUg9qNkvzfK+spY2QXesCcaMT29q6aYzd0bI/8ZiSufAig74rBGZbEckeMfgoU8w75SIAN87QDH7U95NM3q1VVPbJidsQ+YoHsQIDAQAB"
}

run "outputs_are_what_the_files_take" {
  assert {
    condition = yamldecode(output.reelhouse_yml) == { remotes = { prod = {
      url       = "s3://letterboxd-example"
      region    = "eu-central-1"
      snowflake = "prod"
      glue      = { database = "letterboxd_db", crawler = "letterboxd_crawler", job = "publish_letterboxd_to_snowflake" }
    } } }
    error_message = "reelhouse.yml is given something else: ${output.reelhouse_yml}"
  }
  assert {
    condition = yamldecode(output.profiles_yml).letterboxd.outputs.prod == {
      type             = "snowflake"
      account          = "MYORG-MYACCOUNT"
      user             = "SVC_LETTERBOXD"
      role             = "SVC_LETTERBOXD_ROLE"
      private_key_path = "{{ env_var('SNOWFLAKE_PRIVATE_KEY_PATH') }}"
      database         = "LETTERBOXD"
      warehouse        = "LETTERBOXD_WH"
      schema           = "MAIN"
      threads          = 4
    }
    error_message = "profiles.yml is given something else: ${output.profiles_yml}"
  }
  assert {
    condition     = yamldecode(output.profiles_yml).letterboxd.target == "local" && yamldecode(output.profiles_yml).letterboxd.outputs.local == { type = "reelhouse" }
    error_message = "models would no longer be built in the local warehouse: ${output.profiles_yml}"
  }
  assert {
    condition     = strcontains(output.aws_config, "[profile letterboxd-push]\nrole_arn = arn:aws:iam::123456789012:role/example\nsource_profile = default\nregion = eu-central-1\n") && !strcontains(output.aws_config, "letterboxd-gc")
    error_message = "~/.aws/config is given something else: ${output.aws_config}"
  }
}

run "copy_is_read_by_the_user_that_snowflake_names" {
  variables {
    publisher      = "copy"
    create_gc_role = true
  }

  assert {
    condition     = output.reelhouse.stage != null && contains(keys(output.reelhouse.roles), "gc")
    error_message = "the stage or the role that collects garbage is missing"
  }
  assert {
    condition     = strcontains(output.aws_config, "[profile letterboxd-gc]")
    error_message = "~/.aws/config lacks the role that collects garbage"
  }
}

run "locators_of_accounts_are_refused" {
  command = plan
  variables {
    snowflake_account = "xy12345.us-east-1"
  }
  expect_failures = [var.snowflake_account]
}

run "other_publishers_are_refused" {
  command = plan
  variables {
    publisher = "airflow"
  }
  expect_failures = [var.publisher]
}
