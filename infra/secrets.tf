# Empty containers: values are added by hand (README.md), so that they are in no file, no plan and no state.
locals {
  secrets = { for secret, readers in {
    dashboard-sign-in    = ["dashboard"]
    looker-client-secret = ["runner"]
    prefect-api-key      = ["runner", "watcher", "worker"]
  } : secret => readers if secret != "looker-client-secret" || var.looker != null }
  secret_readers = merge([
    for secret, readers in local.secrets : { for reader in readers : "${secret} ${reader}" => [secret, reader] }
  ]...)
}

resource "google_secret_manager_secret" "this" {
  for_each  = local.secrets
  project   = var.project_id
  secret_id = "${local.name}-${each.key}"
  replication {
    user_managed {
      replicas {
        location = var.region
        dynamic "customer_managed_encryption" {
          for_each = local.kms_keys
          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }
  depends_on = [google_kms_crypto_key_iam_member.agent, google_project_service.this]
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each  = local.secret_readers
  project   = var.project_id
  secret_id = google_secret_manager_secret.this[each.value[0]].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.this[each.value[1]].member
}
