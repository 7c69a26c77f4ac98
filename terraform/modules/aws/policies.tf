# Who may do what. docs/policies/ has these policies as an account of the number 123456789012 would have them, and
# `make test-terraform` compares; Tests/Terraform/permissions.py tries them with the requests that each command makes.
locals {
  # A HEAD of a key that is not there is answered with 404 only to who may list the bucket, and has no s3:prefix: hence
  # "IfExists". A listing has one, and then it must be one of these.
  listing = {
    push    = ["refs", "builds", "locks"]
    pull    = ["refs", "builds"]
    gc      = ["refs", "builds", "data", "exact", "files", "locks"]
    job     = ["builds", "data"]
    crawler = ["data"]
    copy    = ["data"]
  }
  list = {
    for role, folders in local.listing : role => {
      Sid       = "List"
      Effect    = "Allow"
      Action    = ["s3:ListBucket"]
      Resource  = [local.bucket_arn]
      Condition = { StringLikeIfExists = { "s3:prefix" = [for folder in folders : "${local.root}${folder}/*"] } }
    }
  }

  written_once = [for folder in ["builds", "data", "exact", "files"] : local.objects[folder]]

  policies = {
    push = [
      local.list.push,
      {
        Sid      = "ReadAndWriteObjects"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = concat(local.written_once, [local.objects["refs"], local.objects["locks"], "${local.bucket_arn}/${local.script_key}"])
      },
      {
        Sid      = "UploadInParts"
        Effect   = "Allow"
        Action   = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
        Resource = local.written_once
      },
      {
        Sid      = "FindUploadsToGoOnWith"
        Effect   = "Allow"
        Action   = ["s3:ListBucketMultipartUploads"]
        Resource = [local.bucket_arn]
      },
      {
        Sid      = "WithdrawLocks"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject"]
        Resource = [local.objects["locks"]]
      },
      {
        Sid    = "WriteCatalog"
        Effect = "Allow"
        Action = [
          "glue:GetDatabase", "glue:GetTable", "glue:GetTables",
          "glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable", "glue:BatchDeleteTable",
        ]
        Resource = local.catalog_arns
      },
      {
        Sid      = "RunCrawler"
        Effect   = "Allow"
        Action   = ["glue:GetCrawler", "glue:StartCrawler", "glue:StopCrawler"]
        Resource = [local.crawler_arn]
      },
      {
        Sid      = "RunJob"
        Effect   = "Allow"
        Action   = ["glue:GetJob", "glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"]
        Resource = [local.job_arn]
      },
    ]

    pull = [
      local.list.pull,
      {
        Sid      = "ReadObjects"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = concat(local.written_once, [local.objects["refs"]])
      },
    ]

    gc = [
      local.list.gc,
      {
        Sid      = "ReadRefsAndManifests"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = [for folder in ["refs", "builds", "locks"] : local.objects[folder]]
      },
      {
        Sid      = "HoldLock"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = [local.objects["locks"]]
      },
      {
        Sid      = "DeleteWhatNobodyNeeds"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject"]
        Resource = concat(local.written_once, [local.objects["locks"]])
      },
      {
        Sid      = "EndAbandonedUploads"
        Effect   = "Allow"
        Action   = ["s3:AbortMultipartUpload"]
        Resource = local.written_once
      },
      {
        Sid      = "FindAbandonedUploads"
        Effect   = "Allow"
        Action   = ["s3:ListBucketMultipartUploads"]
        Resource = [local.bucket_arn]
      },
      {
        Sid      = "SeeWhatTablesName"
        Effect   = "Allow"
        Action   = ["glue:GetTables"]
        Resource = local.catalog_arns
      },
    ]

    job = [
      local.list.job,
      {
        Sid    = "ReadBuildAndScript"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          local.objects["builds"], local.objects["data"], "${local.bucket_arn}/${local.script_key}",
        ]
      },
      {
        Sid      = "ReadSecret"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = [local.secret_arn]
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${local.logs_arn}:${local.job_log_prefix}/*"]
      },
    ]

    crawler = [
      local.list.crawler,
      {
        Sid      = "ReadData"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = [local.objects["data"]]
      },
      # UpdateTable, though the crawler's policy is to log: a crawl may note of a table that it was crawled.
      {
        Sid      = "ReadCatalog"
        Effect   = "Allow"
        Action   = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions", "glue:BatchGetPartition", "glue:UpdateTable"]
        Resource = local.catalog_arns
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${local.logs_arn}:${local.crawler_log_group}", "${local.logs_arn}:${local.crawler_log_group}:*"]
      },
    ]

    copy = [
      local.list.copy,
      {
        Sid      = "FindBucket"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation"]
        Resource = [local.bucket_arn]
      },
      {
        Sid      = "ReadData"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion"]
        Resource = [local.objects["data"]]
      },
    ]
  }

  policy_documents = {
    for role, statements in local.policies : role => jsonencode({ Version = "2012-10-17", Statement = statements })
  }
}
