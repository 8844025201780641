# What runs say, in a dataset of its own that only the log router writes; names, counts and reasons, never rows of people.
resource "google_bigquery_dataset" "logs" {
  project                         = var.project_id
  dataset_id                      = "${local.dataset_prefix}logs"
  description                     = "Logs of runs, worker and watcher"
  location                        = local.location
  delete_contents_on_destroy      = !var.protected
  default_partition_expiration_ms = var.log_days * 24 * 60 * 60 * 1000

  dynamic "default_encryption_configuration" {
    for_each = local.kms_keys
    content {
      kms_key_name = default_encryption_configuration.value
    }
  }
  depends_on = [google_kms_crypto_key_iam_member.agent, google_project_service.this]
}

resource "google_logging_project_sink" "runs" {
  project                = var.project_id
  name                   = "${local.name}-runs"
  destination            = "bigquery.googleapis.com/projects/${var.project_id}/datasets/${google_bigquery_dataset.logs.dataset_id}"
  filter                 = "resource.type=(\"cloud_run_job\" OR \"cloud_run_worker_pool\")"
  unique_writer_identity = true
  bigquery_options {
    use_partitioned_tables = true
  }
}

resource "google_bigquery_dataset_iam_member" "sink" {
  project    = var.project_id
  dataset_id = google_bigquery_dataset.logs.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_logging_project_sink.runs.writer_identity
}

# A load that brought rows, as its step says it: `load: 103,415 rows`. One that brought none says `load: 0 rows`.
resource "google_logging_metric" "loaded" {
  project     = var.project_id
  name        = replace("${local.name}_loaded", "-", "_")
  description = "Steps of runs that loaded rows"
  filter      = "resource.type=\"cloud_run_job\" AND textPayload=~\"${local.said.loaded}\""
  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
}
