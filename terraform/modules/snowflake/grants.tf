# What each role may do, as data: `terraform plan` shows one resource for each line, and tests look at these.
locals {
  schemas = merge(
    { for name, schema in snowflake_schema.layer : name => schema.fully_qualified_name },
    { for name, schema in snowflake_schema.next : "${name}__NEXT" => schema.fully_qualified_name },
  )

  service_schemas = {
    # The tables that it makes are its own: to write, replace and drop them needs no grant.
    RAW    = ["USAGE", "CREATE TABLE"]
    STAGED = ["USAGE", "CREATE TABLE", "CREATE VIEW"]
    MAIN   = ["USAGE", "CREATE TABLE", "CREATE VIEW"]
    # The Spark connector loads through a temporary stage in the schema that it writes to.
    # Where a table stays as it is, a view of it stands for the next one.
    RAW__NEXT    = ["USAGE", "CREATE TABLE", "CREATE VIEW", "CREATE STAGE"]
    STAGED__NEXT = ["USAGE", "CREATE TABLE", "CREATE VIEW", "CREATE STAGE"]
    MAIN__NEXT   = ["USAGE", "CREATE TABLE", "CREATE VIEW", "CREATE STAGE"]
  }

  # Of tables and views that others make in the layers, say restore or clone: what a push does to rows, and no more.
  service_future = merge([
    for layer in ["RAW", "STAGED", "MAIN"] : {
      "${layer} TABLES" = { schema = layer, objects = "TABLES", privileges = ["SELECT", "INSERT", "DELETE"] }
      "${layer} VIEWS"  = { schema = layer, objects = "VIEWS", privileges = ["SELECT"] }
    }
  ]...)

  reader_future = merge([
    for layer in ["RAW", "STAGED", "MAIN"] : {
      "${layer} TABLES" = { schema = layer, objects = "TABLES" }
      "${layer} VIEWS"  = { schema = layer, objects = "VIEWS" }
    }
  ]...)

  users_of_warehouse_and_database = {
    service = snowflake_account_role.service.name
    reader  = snowflake_account_role.reader.name
  }
}

resource "snowflake_grant_privileges_to_account_role" "warehouse" {
  for_each          = local.users_of_warehouse_and_database
  account_role_name = each.value
  privileges        = ["USAGE"]
  on_account_object {
    object_type = "WAREHOUSE"
    object_name = snowflake_warehouse.letterboxd.name
  }
}

resource "snowflake_grant_privileges_to_account_role" "database" {
  for_each          = local.users_of_warehouse_and_database
  account_role_name = each.value
  privileges        = ["USAGE"]
  on_account_object {
    object_type = "DATABASE"
    object_name = snowflake_database.letterboxd.name
  }
}

resource "snowflake_grant_privileges_to_account_role" "service_schema" {
  for_each          = local.service_schemas
  account_role_name = snowflake_account_role.service.name
  privileges        = each.value
  on_schema {
    schema_name = local.schemas[each.key]
  }
}

resource "snowflake_grant_privileges_to_account_role" "service_future" {
  for_each          = local.service_future
  account_role_name = snowflake_account_role.service.name
  privileges        = each.value.privileges
  on_schema_object {
    future {
      object_type_plural = each.value.objects
      in_schema          = local.schemas[each.value.schema]
    }
  }
}

resource "snowflake_grant_privileges_to_account_role" "reader_schema" {
  for_each          = toset(["RAW", "STAGED", "MAIN"])
  account_role_name = snowflake_account_role.reader.name
  privileges        = ["USAGE"]
  on_schema {
    schema_name = local.schemas[each.key]
  }
}

resource "snowflake_grant_privileges_to_account_role" "reader_future" {
  for_each          = local.reader_future
  account_role_name = snowflake_account_role.reader.name
  privileges        = ["SELECT"]
  on_schema_object {
    future {
      object_type_plural = each.value.objects
      in_schema          = local.schemas[each.value.schema]
    }
  }
}
