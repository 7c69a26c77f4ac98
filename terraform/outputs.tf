output "reelhouse" {
  description = "What reelhouse.yml and profiles.yml need to know, as data."
  value       = local.reelhouse
}

output "reelhouse_yml" {
  description = "The remote, for reelhouse.yml: `terraform output -raw reelhouse_yml`."
  value       = yamlencode({ remotes = { prod = local.reelhouse.remote } })
}

output "profiles_yml" {
  description = "The output of type snowflake beside the local one, for profiles.yml: `terraform output -raw profiles_yml`. The key stays in a file."
  value       = yamlencode({ letterboxd = { target = "local", outputs = { local = { type = "reelhouse" }, prod = local.reelhouse.profile } } })
}

output "aws_config" {
  description = "Profiles that take the roles, for ~/.aws/config: `terraform output -raw aws_config`."
  value       = join("\n", [for name, arn in local.reelhouse.roles : "[profile letterboxd-${name}]\nrole_arn = ${arn}\nsource_profile = default\nregion = ${var.region}\n"])
}

output "secret_name" {
  description = "The secret that an administrator writes the service user's key into."
  value       = module.aws.secret_name
}

output "script_uri" {
  description = "Where the script of the Glue job lies."
  value       = module.aws.script_uri
}

output "reader_role" {
  description = "The role of Snowflake that may read the mirror."
  value       = module.snowflake.reader_role
}

locals {
  reelhouse = {
    version = 1
    remote = {
      url       = module.aws.url
      region    = var.region
      glue      = module.aws.glue
      snowflake = "prod"
    }
    profile = {
      type             = "snowflake"
      account          = var.snowflake_account
      user             = module.snowflake.user
      role             = module.snowflake.role
      private_key_path = "{{ env_var('SNOWFLAKE_PRIVATE_KEY_PATH') }}"
      database         = module.snowflake.database
      warehouse        = module.snowflake.warehouse
      schema           = "MAIN"
      threads          = 4
    }
    publisher = var.publisher
    stage     = module.snowflake.stage
    secret    = module.aws.secret_name
    roles     = module.aws.role_arns
  }
}
