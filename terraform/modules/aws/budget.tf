resource "aws_budgets_budget" "month" {
  name         = "${var.name}-month"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_unit   = "USD"
  limit_amount = format("%.2f", var.budget_usd)
  tags         = var.tags

  # Of the whole account, since tags count only where somebody has activated them for billing.
  cost_filter {
    name   = "Service"
    values = ["AWS Glue", "Amazon Simple Storage Service", "AmazonCloudWatch", "AWS Secrets Manager"]
  }

  notification {
    notification_type          = "ACTUAL"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 80
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = [var.budget_email]
  }

  notification {
    notification_type          = "FORECASTED"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = [var.budget_email]
  }
}
