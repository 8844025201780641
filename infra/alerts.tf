locals {
  # What runs and watcher say, as regular expressions (RE2); tests/infra/test_said.py holds them against what they do say.
  said = {
    failed = "Flow run '.*' - Finished in state (Failed|Crashed|TimedOut)"
    killed = "^flow run .* is set to Crashed"
    loaded = "Task run 'load.*' - load: [1-9]"
  }
  channels = [for channel in google_monitoring_notification_channel.email : channel.id]
}

resource "google_monitoring_notification_channel" "email" {
  for_each     = var.alert_emails
  project      = var.project_id
  display_name = each.value
  type         = "email"
  labels       = { email_address = each.value }
  depends_on   = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "run_failed" {
  project               = var.project_id
  display_name          = "${local.name}: a run failed"
  combiner              = "OR"
  notification_channels = local.channels
  conditions {
    display_name = "a run says that it failed, or the watcher that it was killed"
    condition_matched_log {
      filter = join(" OR ", [
        "(resource.type=\"cloud_run_job\" AND textPayload=~\"${local.said.failed}\")",
        "(resource.type=\"cloud_run_worker_pool\" AND textPayload=~\"${local.said.killed}\")",
      ])
    }
  }
  alert_strategy {
    auto_close = "86400s"
    notification_rate_limit {
      period = "3600s"
    }
  }
  documentation {
    mime_type = "text/markdown"
    content   = "A run of ${local.name} ended badly; readers keep the marts of the last good run. What to do: docs/runbook.md."
  }
}

# A container that was killed says nothing: Cloud Run says it.
resource "google_monitoring_alert_policy" "job_failed" {
  project               = var.project_id
  display_name          = "${local.name}: a job was killed"
  combiner              = "OR"
  notification_channels = local.channels
  conditions {
    display_name = "an execution ended with an error"
    condition_threshold {
      filter          = "resource.type=\"cloud_run_job\" AND metric.type=\"run.googleapis.com/job/completed_execution_count\" AND metric.labels.result=\"failed\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }
  documentation {
    mime_type = "text/markdown"
    content   = "A job of ${local.name} ended with an error: out of memory, out of time, or doctor found something. The next run carries on."
  }
}

resource "google_monitoring_alert_policy" "no_data" {
  for_each              = toset(var.expect_data_hours > 0 ? ["no_data"] : [])
  project               = var.project_id
  display_name          = "${local.name}: no data"
  combiner              = "OR"
  notification_channels = local.channels
  conditions {
    display_name = "nothing was loaded for ${var.expect_data_hours} hours"
    condition_prometheus_query_language {
      # Without any line in that time the metric is not there, which is the worst case and not a missing one.
      query               = "(sum(increase(logging_googleapis_com:user_${google_logging_metric.loaded.name}{monitored_resource=\"cloud_run_job\"}[${var.expect_data_hours}h])) or vector(0)) < 1"
      duration            = "0s"
      evaluation_interval = "300s"
    }
  }
  documentation {
    mime_type = "text/markdown"
    content   = "No run of ${local.name} has loaded a row for ${var.expect_data_hours} hours: no files came, runs fail, or the worker is away. What to do: docs/runbook.md."
  }
}
