output "database" {
  description = "The database of the mirror."
  value       = snowflake_database.letterboxd.name
}

output "warehouse" {
  description = "The warehouse."
  value       = snowflake_warehouse.letterboxd.name
}

output "user" {
  description = "The service user."
  value       = snowflake_service_user.service.name
}

output "role" {
  description = "The service user's role."
  value       = snowflake_account_role.service.name
}

output "reader_role" {
  description = "The role of readers."
  value       = snowflake_account_role.reader.name
}

output "stage" {
  description = "The stage that COPY reads; null where the Glue job makes the mirror."
  value       = one(snowflake_stage.remote[*].fully_qualified_name)
}

output "copy_reader" {
  description = "Who reads the bucket for Snowflake, for the trust of the role of AWS; null where the Glue job makes the mirror."
  value = var.copy_from == null ? null : {
    user_arn    = snowflake_storage_integration.remote[0].storage_aws_iam_user_arn
    external_id = local.external_id
  }
}
