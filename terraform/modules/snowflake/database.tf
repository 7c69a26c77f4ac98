resource "snowflake_database" "letterboxd" {
  name                           = var.snowflake_database
  comment                        = "The mirror of the build that was pushed last."
  data_retention_time_in_days    = 1
  drop_public_schema_on_creation = true
}

# What readers see. With managed access the owner of a table grants nothing: who may read is said here alone.
resource "snowflake_schema" "layer" {
  for_each            = toset(["RAW", "STAGED", "MAIN"])
  database            = snowflake_database.letterboxd.name
  name                = each.key
  with_managed_access = "true"
  comment             = "The layer ${each.key} of the build that was pushed last."
}

# Where a push prepares the next build; nobody else looks in. Transient and without time travel: its rows cost nothing
# once they are gone.
resource "snowflake_schema" "next" {
  for_each                    = toset(["RAW", "STAGED", "MAIN"])
  database                    = snowflake_database.letterboxd.name
  name                        = "${each.key}__NEXT"
  is_transient                = "true"
  with_managed_access         = "true"
  data_retention_time_in_days = 0
  comment                     = "The layer ${each.key} of a build that is being pushed."
}
