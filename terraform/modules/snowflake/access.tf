resource "snowflake_account_role" "service" {
  name    = "SVC_LETTERBOXD_ROLE"
  comment = "Writes the mirror."
}

resource "snowflake_account_role" "reader" {
  name    = "LETTERBOXD_READER"
  comment = "Reads the mirror."
}

locals {
  public_key   = replace(replace(var.snowflake_public_key, "/-----[A-Z ]+-----/", ""), "/\\s/", "")
  public_key_2 = var.snowflake_public_key_2 == null ? null : replace(replace(var.snowflake_public_key_2, "/-----[A-Z ]+-----/", ""), "/\\s/", "")
}

# A user of type SERVICE: it has no password, cannot have one, and never meets a second factor.
resource "snowflake_service_user" "service" {
  name                           = "SVC_LETTERBOXD"
  comment                        = "Pushes builds; signs in by key pair."
  default_role                   = snowflake_account_role.service.name
  default_secondary_roles_option = "NONE"
  default_warehouse              = snowflake_warehouse.letterboxd.name
  default_namespace              = "${snowflake_database.letterboxd.name}.MAIN"
  rsa_public_key                 = local.public_key
  rsa_public_key_2               = local.public_key_2
  network_policy                 = var.snowflake_network_policy
}

resource "snowflake_grant_account_role" "service" {
  role_name = snowflake_account_role.service.name
  user_name = snowflake_service_user.service.name
}

resource "snowflake_grant_account_role" "readers" {
  for_each  = var.snowflake_reader_users
  role_name = snowflake_account_role.reader.name
  user_name = each.key
}

# Administrators have what these roles have, as Snowflake advises for roles of one's own.
resource "snowflake_grant_account_role" "administrators" {
  for_each = {
    service = snowflake_account_role.service.name
    reader  = snowflake_account_role.reader.name
  }
  role_name        = each.value
  parent_role_name = "SYSADMIN"
}
