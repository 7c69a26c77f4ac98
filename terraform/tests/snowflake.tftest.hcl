# What modules/snowflake plans for an empty account. Providers are mocked: nobody is called.
mock_provider "snowflake" {}

variables {
  snowflake_public_key = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuQM1HwZ0dKNFGp2/jDnNsF5RoQpqk24cN7k3WDVkWJLkoi/74bB2ThuS1d1nL54p6aNsT83G2fXpBjkNH++1vFIg9d+craUuEhXcwNH654GU0nth746KwIRVJJ9aqTe7VEdr6ouSEoFrNRZqDldrvcM/lmMl6JU4EXrUOApIX8f7gcJirQEfKtY6YbsSOmpJH6goNdJFtzoNTW4+3hlRWY4GqFxcrSM/5XMPy1BphgnQFqm+Wk1RUg9qNkvzfK+spY2QXesCcaMT29q6aYzd0bI/8ZiSufAig74rBGZbEckeMfgoU8w75SIAN87QDH7U95NM3q1VVPbJidsQ+YoHsQIDAQAB"
}

run "names_are_those_that_users_know" {
  command = plan
  module {
    source = "./modules/snowflake"
  }

  assert {
    condition     = snowflake_database.letterboxd.name == "LETTERBOXD" && toset(keys(snowflake_schema.layer)) == toset(["RAW", "STAGED", "MAIN"])
    error_message = "the database or its schemas have other names"
  }
  assert {
    condition     = toset([for schema in snowflake_schema.next : schema.name]) == toset(["RAW__NEXT", "STAGED__NEXT", "MAIN__NEXT"])
    error_message = "the schemas of the next build have other names"
  }
  assert {
    condition     = snowflake_service_user.service.name == "SVC_LETTERBOXD" && snowflake_account_role.service.name == "SVC_LETTERBOXD_ROLE" && snowflake_account_role.reader.name == "LETTERBOXD_READER"
    error_message = "the user or a role has another name"
  }
}

run "warehouse_is_small_and_sleeps" {
  command = plan
  module {
    source = "./modules/snowflake"
  }

  assert {
    condition     = snowflake_warehouse.letterboxd.name == "LETTERBOXD_WH" && snowflake_warehouse.letterboxd.warehouse_size == "XSMALL"
    error_message = "the warehouse is another"
  }
  assert {
    condition     = snowflake_warehouse.letterboxd.auto_suspend == 60 && snowflake_warehouse.letterboxd.auto_resume == "true" && snowflake_warehouse.letterboxd.initially_suspended
    error_message = "the warehouse does not sleep after a minute"
  }
  assert {
    condition     = snowflake_resource_monitor.month[0].credit_quota == 10 && snowflake_resource_monitor.month[0].suspend_trigger == 100
    error_message = "nothing bounds what the warehouse costs"
  }
}

run "the_bound_can_be_left_out" {
  command = plan
  module {
    source = "./modules/snowflake"
  }
  variables {
    snowflake_credit_quota = null
  }

  assert {
    condition     = length(snowflake_resource_monitor.month) == 0
    error_message = "there is a resource monitor that nobody wants"
  }
}

run "next_schemas_keep_nothing" {
  command = plan
  module {
    source = "./modules/snowflake"
  }

  assert {
    condition     = alltrue([for schema in snowflake_schema.next : schema.is_transient == "true" && schema.data_retention_time_in_days == 0])
    error_message = "rows of builds that were never published would be kept, and paid for"
  }
  assert {
    condition     = alltrue([for schema in concat(values(snowflake_schema.layer), values(snowflake_schema.next)) : schema.with_managed_access == "true"])
    error_message = "owners of tables could let others read them"
  }
}

run "service_user_signs_in_by_key_alone" {
  command = plan
  module {
    source = "./modules/snowflake"
  }

  assert {
    condition     = snowflake_service_user.service.rsa_public_key == var.snowflake_public_key && snowflake_service_user.service.rsa_public_key_2 == null
    error_message = "the service user has another key"
  }
  assert {
    condition     = snowflake_service_user.service.default_role == "SVC_LETTERBOXD_ROLE" && snowflake_service_user.service.default_secondary_roles_option == "NONE"
    error_message = "the service user is more than its role"
  }
  assert {
    condition     = snowflake_grant_account_role.service.role_name == "SVC_LETTERBOXD_ROLE" && snowflake_grant_account_role.service.user_name == "SVC_LETTERBOXD"
    error_message = "the service user does not have its role"
  }
}

run "a_key_may_be_a_file" {
  command = plan
  module {
    source = "./modules/snowflake"
  }
  variables {
    snowflake_public_key   = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuQM1HwZ0dKNFGp2/jDnNsF5RoQpqk24cN7k3WDVkWJLkoi/74bB2ThuS1d1nL54p6aNsT83G2fXpBjkNH++1vFIg9d+craUuEhXcwNH654GU0nth746KwIRVJJ9aqTe7VEdr6ouSEoFrNRZqDldrvcM/lmMl6JU4EXrUOApIX8f7gcJirQEfKtY6YbsSOmpJH6goNdJFtzoNTW4+3hlRWY4GqFxcrSM/5XMPy1BphgnQFqm+Wk1RUg9qNkvzfK+spY2QXesCcaMT29q6aYzd0bI/8ZiSufAig74rBGZbEckeMfgoU8w75SIAN87QDH7U95NM3q1VVPbJidsQ+YoHsQIDAQAB\n-----END PUBLIC KEY-----\n"
    snowflake_public_key_2 = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuQM1HwZ0dKNFGp2/jDnNsF5RoQpqk24cN7k3WDVkWJLkoi/74bB2ThuS1d1nL54p6aNsT83G2fXpBjkNH++1vFIg9d+craUuEhXcwNH654GU0nth746KwIRVJJ9aqTe7VEdr6ouSEoFrNRZqDldrvcM/lmMl6JU4EXrUOApIX8f7gcJirQEfKtY6YbsSOmpJH6goNdJFtzoNTW4+3hlRWY4GqFxcrSM/5XMPy1BphgnQFqm+Wk1RUg9qNkvzfK+spY2QXesCcaMT29q6aYzd0bI/8ZiSufAig74rBGZbEckeMfgoU8w75SIAN87QDH7U95NM3q1VVPbJidsQ+YoHsQIDAQAB"
  }

  assert {
    condition     = snowflake_service_user.service.rsa_public_key == "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuQM1HwZ0dKNFGp2/jDnNsF5RoQpqk24cN7k3WDVkWJLkoi/74bB2ThuS1d1nL54p6aNsT83G2fXpBjkNH++1vFIg9d+craUuEhXcwNH654GU0nth746KwIRVJJ9aqTe7VEdr6ouSEoFrNRZqDldrvcM/lmMl6JU4EXrUOApIX8f7gcJirQEfKtY6YbsSOmpJH6goNdJFtzoNTW4+3hlRWY4GqFxcrSM/5XMPy1BphgnQFqm+Wk1RUg9qNkvzfK+spY2QXesCcaMT29q6aYzd0bI/8ZiSufAig74rBGZbEckeMfgoU8w75SIAN87QDH7U95NM3q1VVPbJidsQ+YoHsQIDAQAB" && snowflake_service_user.service.rsa_public_key_2 == "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuQM1HwZ0dKNFGp2/jDnNsF5RoQpqk24cN7k3WDVkWJLkoi/74bB2ThuS1d1nL54p6aNsT83G2fXpBjkNH++1vFIg9d+craUuEhXcwNH654GU0nth746KwIRVJJ9aqTe7VEdr6ouSEoFrNRZqDldrvcM/lmMl6JU4EXrUOApIX8f7gcJirQEfKtY6YbsSOmpJH6goNdJFtzoNTW4+3hlRWY4GqFxcrSM/5XMPy1BphgnQFqm+Wk1RUg9qNkvzfK+spY2QXesCcaMT29q6aYzd0bI/8ZiSufAig74rBGZbEckeMfgoU8w75SIAN87QDH7U95NM3q1VVPbJidsQ+YoHsQIDAQAB"
    error_message = "Snowflake takes keys without their first and last line"
  }
}

run "service_role_has_what_a_push_needs" {
  command = plan
  module {
    source = "./modules/snowflake"
  }

  assert {
    condition = {
      for schema, grant in snowflake_grant_privileges_to_account_role.service_schema : schema => join(", ", sort(grant.privileges))
      } == {
      RAW          = "CREATE TABLE, USAGE"
      STAGED       = "CREATE TABLE, CREATE VIEW, USAGE"
      MAIN         = "CREATE TABLE, CREATE VIEW, USAGE"
      RAW__NEXT    = "CREATE STAGE, CREATE TABLE, CREATE VIEW, USAGE"
      STAGED__NEXT = "CREATE STAGE, CREATE TABLE, CREATE VIEW, USAGE"
      MAIN__NEXT   = "CREATE STAGE, CREATE TABLE, CREATE VIEW, USAGE"
    }
    error_message = "the service role may do other things in the schemas"
  }
  assert {
    condition = {
      for name, grant in snowflake_grant_privileges_to_account_role.service_future : name => join(", ", sort(grant.privileges))
      } == {
      "RAW TABLES"    = "DELETE, INSERT, SELECT", "RAW VIEWS" = "SELECT"
      "STAGED TABLES" = "DELETE, INSERT, SELECT", "STAGED VIEWS" = "SELECT"
      "MAIN TABLES"   = "DELETE, INSERT, SELECT", "MAIN VIEWS" = "SELECT"
    }
    error_message = "the service role may do other things with tables of others"
  }
}

run "nobody_has_more_than_usage_of_warehouse_and_database" {
  command = plan
  module {
    source = "./modules/snowflake"
  }

  assert {
    condition = alltrue([
      for grant in concat(values(snowflake_grant_privileges_to_account_role.warehouse), values(snowflake_grant_privileges_to_account_role.database)) :
      grant.privileges == toset(["USAGE"])
    ])
    error_message = "a role may change the warehouse or the database"
  }
}

run "readers_read_and_no_more" {
  command = plan
  module {
    source = "./modules/snowflake"
  }
  variables {
    snowflake_reader_users = ["ANN"]
  }

  assert {
    condition     = toset(keys(snowflake_grant_privileges_to_account_role.reader_schema)) == toset(["RAW", "STAGED", "MAIN"])
    error_message = "readers see other schemas"
  }
  assert {
    condition = alltrue(concat(
      [for grant in values(snowflake_grant_privileges_to_account_role.reader_schema) : grant.privileges == toset(["USAGE"])],
      [for grant in values(snowflake_grant_privileges_to_account_role.reader_future) : grant.privileges == toset(["SELECT"])],
    ))
    error_message = "readers may do more than read"
  }
  assert {
    condition     = snowflake_grant_account_role.readers["ANN"].role_name == "LETTERBOXD_READER"
    error_message = "a reader has another role"
  }
}

run "copy_needs_an_integration_and_a_stage" {
  command = plan
  module {
    source = "./modules/snowflake"
  }
  variables {
    copy_from = { url = "s3://letterboxd-example/films/data/", role_arn = "arn:aws:iam::123456789012:role/letterboxd-copy" }
  }

  assert {
    condition     = snowflake_storage_integration.remote[0].storage_allowed_locations == tolist(["s3://letterboxd-example/films/data/"])
    error_message = "the integration reads more than the data"
  }
  assert {
    condition     = can(regex("^reelhouse-[0-9a-f]{32}$", snowflake_storage_integration.remote[0].storage_aws_external_id)) && output.copy_reader.external_id == snowflake_storage_integration.remote[0].storage_aws_external_id
    error_message = "AWS is told of another external id than Snowflake"
  }
  assert {
    condition     = snowflake_stage.remote[0].schema == "RAW__NEXT" && snowflake_grant_privileges_to_account_role.stage[0].privileges == toset(["USAGE"])
    error_message = "the stage is elsewhere, or the service role cannot read it"
  }
}

run "no_integration_unless_asked_for" {
  command = plan
  module {
    source = "./modules/snowflake"
  }

  assert {
    condition     = length(snowflake_storage_integration.remote) == 0 && length(snowflake_stage.remote) == 0 && output.copy_reader == null
    error_message = "there is an integration, and nobody has asked for it"
  }
}

run "private_keys_are_refused" {
  command = plan
  module {
    source = "./modules/snowflake"
  }
  variables {
    snowflake_public_key = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"
  }
  expect_failures = [var.snowflake_public_key]
}

run "names_that_must_be_quoted_are_refused" {
  command = plan
  module {
    source = "./modules/snowflake"
  }
  variables {
    snowflake_database     = "letterboxd"
    snowflake_warehouse    = "LETTERBOXD-WH"
    snowflake_reader_users = ["ann"]
  }
  expect_failures = [var.snowflake_database, var.snowflake_warehouse, var.snowflake_reader_users]
}
