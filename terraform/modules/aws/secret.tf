# The value is never Terraform's: it would stand in the state. An administrator writes it afterwards, see docs/cloud.md.
resource "aws_secretsmanager_secret" "snowflake" {
  #checkov:skip=CKV_AWS_149:Encrypted by the account's own key for Secrets Manager. A key of one's own costs $1 a month and a grant for each reader; who may read is said by the roles.
  #checkov:skip=CKV2_AWS_57:A key pair is rotated by hand, without a gap, since Snowflake's user has two places for public keys: docs/cloud.md says how.
  name                    = local.secret_name
  description             = "How the Glue job signs in to Snowflake: the key pair of a service user."
  recovery_window_in_days = 7
  tags                    = var.tags
}
