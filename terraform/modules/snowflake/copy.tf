# Only for a mirror made by COPY. Both resources are what the provider's version 2.11 calls previews; later versions of
# 2.x have them under these names too, and newer ones beside them.
locals {
  # Chosen here, since the provider does not tell the one that Snowflake would choose. AWS takes it for no secret: what
  # counts is that the role trusts Snowflake's user for this account, together with an id that is of this role alone.
  external_id = var.copy_from == null ? null : "reelhouse-${substr(sha256(var.copy_from.role_arn), 0, 32)}"
}

resource "snowflake_storage_integration" "remote" {
  count                     = var.copy_from == null ? 0 : 1
  name                      = "${var.snowflake_database}_REMOTE"
  comment                   = "Reads the data of builds from S3."
  type                      = "EXTERNAL_STAGE"
  enabled                   = true
  storage_provider          = "S3"
  storage_aws_role_arn      = var.copy_from.role_arn
  storage_aws_external_id   = local.external_id
  storage_allowed_locations = [var.copy_from.url]
}

resource "snowflake_stage" "remote" {
  count               = var.copy_from == null ? 0 : 1
  database            = snowflake_database.letterboxd.name
  schema              = snowflake_schema.next["RAW"].name
  name                = "REMOTE"
  comment             = "The data of builds."
  url                 = var.copy_from.url
  storage_integration = snowflake_storage_integration.remote[0].name
}

# A stage is used by its own grant; the integration is only named by who makes the stage.
resource "snowflake_grant_privileges_to_account_role" "stage" {
  count             = var.copy_from == null ? 0 : 1
  account_role_name = snowflake_account_role.service.name
  privileges        = ["USAGE"]
  on_schema_object {
    object_type = "STAGE"
    object_name = snowflake_stage.remote[0].fully_qualified_name
  }
}
