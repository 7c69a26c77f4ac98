resource "snowflake_warehouse" "letterboxd" {
  name                                = var.snowflake_warehouse
  comment                             = "Makes and verifies the mirror; reads it."
  warehouse_size                      = "XSMALL"
  warehouse_type                      = "STANDARD"
  auto_suspend                        = 60
  auto_resume                         = "true"
  initially_suspended                 = true
  max_cluster_count                   = 1
  min_cluster_count                   = 1
  statement_timeout_in_seconds        = 3600
  statement_queued_timeout_in_seconds = 600
  resource_monitor                    = one(snowflake_resource_monitor.month[*].fully_qualified_name)
}

# Counted by the calendar month, as Snowflake does where nothing else is said.
resource "snowflake_resource_monitor" "month" {
  count           = var.snowflake_credit_quota == null ? 0 : 1
  name            = "${var.snowflake_warehouse}_MONTH"
  credit_quota    = var.snowflake_credit_quota
  notify_triggers = [80]
  suspend_trigger = 100
}
