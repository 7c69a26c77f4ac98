resource "aws_s3_bucket" "remote" {
  #checkov:skip=CKV_AWS_18:Access logs need a second bucket and a reader. Each write is in the remote itself (refs/ has who moved it, and when); an account that wants reads too has CloudTrail's data events.
  #checkov:skip=CKV_AWS_144:Builds are made from the archive and can be pushed again anywhere; another region is another remote.
  #checkov:skip=CKV_AWS_145:Encrypted by S3's own keys. A key of one's own costs $1 a month, and each role needs a grant on it; the data is public.
  #checkov:skip=CKV2_AWS_62:Nobody waits for events of this bucket.
  bucket        = var.bucket_name
  force_destroy = false
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "remote" {
  bucket                  = aws_s3_bucket.remote.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "remote" {
  bucket = aws_s3_bucket.remote.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "remote" {
  bucket = aws_s3_bucket.remote.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "remote" {
  bucket = aws_s3_bucket.remote.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "remote" {
  bucket     = aws_s3_bucket.remote.id
  depends_on = [aws_s3_bucket_versioning.remote]

  rule {
    id     = "aborted-uploads"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  rule {
    id     = "noncurrent-versions"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_version_days
    }
    expiration {
      expired_object_delete_marker = true
    }
  }

  # What a killed push leaves here counts for 24 hours.
  rule {
    id     = "abandoned-locks"
    status = "Enabled"
    filter {
      prefix = "${local.root}locks/"
    }
    expiration {
      days = 2
    }
  }
}

resource "aws_s3_bucket_policy" "remote" {
  bucket     = aws_s3_bucket.remote.id
  policy     = jsonencode(local.bucket_policy)
  depends_on = [aws_s3_bucket_public_access_block.remote]
}

locals {
  bucket_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyByTLS"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "OnlyByTLS12"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      # Nobody overwrites what was pushed, administrators included: an object is written once (If-None-Match). Parts of
      # an upload take no such condition; the request that completes it does.
      {
        Sid       = "WriteOnce"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = [for folder in ["builds", "data", "exact", "files"] : local.objects[folder]]
        Condition = {
          Null = { "s3:if-none-match" = "true" }
          Bool = { "s3:ObjectCreationOperation" = "true" }
        }
      },
      # A ref is moved from what it was (If-Match), or made where there was none.
      {
        Sid       = "MoveRefsFromWhatTheyWere"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = [local.objects["refs"]]
        Condition = {
          Null = { "s3:if-none-match" = "true", "s3:if-match" = "true" }
          Bool = { "s3:ObjectCreationOperation" = "true" }
        }
      },
    ]
  }
}
