# The lake, which is the truth that everything can be rebuilt from, and the inbox, where files arrive.
locals {
  buckets = {
    inbox = { days = var.inbox_days }
    lake  = { days = 0 }
  }
}

resource "google_storage_bucket" "this" {
  for_each                    = local.buckets
  project                     = var.project_id
  name                        = "${var.project_id}-${local.name}-${each.key}"
  location                    = local.location
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = !var.protected

  versioning {
    enabled = true
  }
  soft_delete_policy {
    retention_duration_seconds = var.lake_soft_delete_days * 24 * 60 * 60
  }
  lifecycle_rule {
    condition {
      days_since_noncurrent_time = var.lake_old_versions_days
      with_state                 = "ARCHIVED"
    }
    action {
      type = "Delete"
    }
  }
  lifecycle_rule { # parts of an upload that was cut off
    condition {
      age = 7
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }
  dynamic "lifecycle_rule" {
    for_each = each.value.days > 0 ? [each.value.days] : []
    content {
      condition {
        age        = lifecycle_rule.value
        with_state = "LIVE"
      }
      action {
        type = "Delete"
      }
    }
  }
  dynamic "encryption" {
    for_each = local.kms_keys
    content {
      default_kms_key_name = encryption.value
    }
  }
  depends_on = [google_kms_crypto_key_iam_member.agent, google_project_service.this]
}

# Runs write the lake, and look where it lies and how long Google keeps what was deleted.
resource "google_storage_bucket_iam_member" "this" {
  for_each = {
    "inbox runner read"  = { bucket = "inbox", role = "roles/storage.objectViewer", identity = "runner" }
    "inbox watcher read" = { bucket = "inbox", role = "roles/storage.objectViewer", identity = "watcher" }
    "lake runner look"   = { bucket = "lake", role = "roles/storage.legacyBucketReader", identity = "runner" }
    "lake runner write"  = { bucket = "lake", role = "roles/storage.objectUser", identity = "runner" }
  }
  bucket = google_storage_bucket.this[each.value.bucket].name
  role   = each.value.role
  member = google_service_account.this[each.value.identity].member
}

resource "google_storage_bucket_iam_member" "inbox_writer" {
  for_each = var.inbox_writers
  bucket   = google_storage_bucket.this["inbox"].name
  role     = "roles/storage.objectCreator"
  member   = each.value
}
