output "bucket_name" {
  description = "The bucket."
  value       = aws_s3_bucket.remote.bucket
}

output "url" {
  description = "The remote's place, as reelhouse.yml has it."
  value       = local.location
  depends_on  = [aws_s3_bucket_policy.remote]
}

output "glue" {
  description = "Names in Glue, as reelhouse.yml has them."
  value = {
    database = aws_glue_catalog_database.letterboxd.name
    crawler  = aws_glue_crawler.letterboxd.name
    job      = aws_glue_job.publish.name
  }
}

output "script_uri" {
  description = "Where the job's script lies."
  value       = "s3://${var.bucket_name}/${local.script_key}"
}

output "secret_name" {
  description = "The secret that the service user's key pair is written into."
  value       = aws_secretsmanager_secret.snowflake.name
}

output "role_arns" {
  description = "The roles that people and machines take, by what they are for."
  value = merge(
    { push = aws_iam_role.push.arn, pull = aws_iam_role.pull.arn },
    var.create_gc_role ? { gc = aws_iam_role.gc[0].arn } : {},
  )
}

output "copy_role_arn" {
  description = "The role that Snowflake's storage integration takes; known before it is made."
  value       = local.copy_role_arn
}

output "policies" {
  description = "Every policy as JSON, by the role that has it; 'bucket' is the bucket's own."
  value       = merge(local.policy_documents, { bucket = jsonencode(local.bucket_policy) })
}
