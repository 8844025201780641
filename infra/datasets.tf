locals {
  dataset_prefix = "${var.name}_${var.environment}_"
  # As flows/warehouse names them; docs/bigquery.md says what each holds.
  datasets = {
    intermediate = "What staging and marts have between them"
    lake         = "Batches on their way into raw; each table expires after a week"
    marts        = "What the dashboard reads"
    ops          = "The ledger: batches, removals, receipts"
    raw          = "Rows as they were accepted"
    removed      = "Rows that left raw and are still in the marts"
    staging      = "Renamed and cast"
  }
  # The demo's deployment has datasets of its own.
  all_datasets = merge(
    { for name, about in local.datasets : name => { of = name, about = about } },
    var.demo ? { for name, about in local.datasets : "demo_${name}" => { of = name, about = "${about}, of the demo" } } : {},
  )
  # Who reads the numbers, and no more.
  readers = { for pair in setproduct(["dashboard", "watcher"], ["marts", "ops"]) : join(" ", pair) => pair }
}

resource "google_bigquery_dataset" "this" {
  for_each                        = local.all_datasets
  project                         = var.project_id
  dataset_id                      = "${local.dataset_prefix}${each.key}"
  description                     = each.value.about
  location                        = local.location
  delete_contents_on_destroy      = !var.protected
  max_time_travel_hours           = tostring(var.time_travel_hours)
  storage_billing_model           = var.storage_billing_model
  default_table_expiration_ms     = each.value.of == "lake" ? 7 * 24 * 60 * 60 * 1000 : null
  default_partition_expiration_ms = try(var.partition_days[each.value.of] * 24 * 60 * 60 * 1000, null)

  dynamic "default_encryption_configuration" {
    for_each = local.kms_keys
    content {
      kms_key_name = default_encryption_configuration.value
    }
  }
  depends_on = [google_kms_crypto_key_iam_member.agent, google_project_service.this]
}

resource "google_bigquery_dataset_iam_member" "runner" {
  for_each   = google_bigquery_dataset.this
  project    = var.project_id
  dataset_id = each.value.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.this["runner"].member
}

resource "google_bigquery_dataset_iam_member" "reader" {
  for_each   = local.readers
  project    = var.project_id
  dataset_id = google_bigquery_dataset.this[each.value[1]].dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = google_service_account.this[each.value[0]].member
}
