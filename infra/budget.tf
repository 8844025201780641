# It tells, and stops nothing: the cap of each query is `max_gigabytes_per_query`.
resource "google_billing_budget" "monthly" {
  for_each        = { for name, budget in { budget = var.budget } : name => budget if budget != null }
  billing_account = each.value.billing_account
  display_name    = "${local.name} monthly"
  budget_filter {
    projects = ["projects/${data.google_project.this.number}"]
  }
  amount {
    specified_amount {
      units = tostring(each.value.amount)
    }
  }
  dynamic "threshold_rules" {
    for_each = each.value.thresholds
    content {
      threshold_percent = threshold_rules.value
      spend_basis       = "CURRENT_SPEND"
    }
  }
  threshold_rules { # before it is spent
    threshold_percent = 1.0
    spend_basis       = "FORECASTED_SPEND"
  }
  all_updates_rule {
    monitoring_notification_channels = slice(local.channels, 0, min(5, length(local.channels)))
  }
  depends_on = [google_project_service.this]
}
