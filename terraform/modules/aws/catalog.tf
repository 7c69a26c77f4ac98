resource "aws_glue_catalog_database" "letterboxd" {
  name         = local.database_name
  description  = "Tables of the build that was pushed last."
  location_uri = "${local.location}/data/"
  tags         = var.tags
}

# A crawler on the catalog needs tables that are there. These are empty until a push gives them columns and a place, and
# from then on they are the push's: Terraform looks at nothing but whether they are there.
resource "aws_glue_catalog_table" "pushed" {
  for_each      = var.crawler_tables
  database_name = aws_glue_catalog_database.letterboxd.name
  name          = each.key
  table_type    = "EXTERNAL_TABLE"
  parameters    = { classification = "parquet" }

  storage_descriptor {
    location      = "${local.location}/data/"
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }
  }

  lifecycle {
    ignore_changes = all
  }
}

# It confirms what a push has written, and changes nothing: differences are logged.
resource "aws_glue_crawler" "letterboxd" {
  #checkov:skip=CKV_AWS_195:A security configuration would encrypt logs by a key of one's own. They have the names of tables, no rows; CloudWatch encrypts them with its own keys.
  name          = local.crawler_name
  description   = "Confirms the tables of a pushed build; changes nothing."
  database_name = aws_glue_catalog_database.letterboxd.name
  role          = aws_iam_role.crawler.arn
  tags          = var.tags

  catalog_target {
    database_name = aws_glue_catalog_database.letterboxd.name
    tables        = sort([for table in aws_glue_catalog_table.pushed : table.name])
  }

  # Each table has a folder and a schema of its own; tables are never told apart by their files.
  configuration = jsonencode({
    Version  = 1.0
    Grouping = { TableGroupingPolicy = "CombineCompatibleSchemas" }
  })

  schema_change_policy {
    delete_behavior = "LOG"
    update_behavior = "LOG"
  }

  depends_on = [aws_iam_role_policy.crawler]
}
