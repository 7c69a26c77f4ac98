# Credentials come from where each provider's own tools take them, never from variables: AWS_PROFILE and its kin,
# SNOWFLAKE_USER with SNOWFLAKE_AUTHENTICATOR and SNOWFLAKE_PRIVATE_KEY. See docs/cloud.md.
provider "aws" {
  region = var.region
}

provider "snowflake" {
  organization_name = split("-", var.snowflake_account)[0]
  account_name      = try(split("-", var.snowflake_account)[1], "")
  role              = var.snowflake_admin_role

  # Two resources that only a mirror made by COPY needs.
  preview_features_enabled = var.publisher == "copy" ? ["snowflake_storage_integration_resource", "snowflake_stage_resource"] : []
}
