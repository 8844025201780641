# What Google would fill in: stands in for it in the tests. Nothing here is anybody's.
mock_data "google_project" {
  defaults = { number = "123456789012" }
}
mock_data "google_bigquery_default_service_account" {
  defaults = { email = "bq-123456789012@bigquery-encryption.iam.gserviceaccount.com" }
}
mock_data "google_storage_project_service_account" {
  defaults = { email_address = "service-123456789012@gs-project-accounts.iam.gserviceaccount.com" }
}

override_resource {
  target = google_service_account.this["dashboard"]
  values = {
    email  = "shopflow-prod-dashboard@acme-shop-prod.iam.gserviceaccount.com"
    member = "serviceAccount:shopflow-prod-dashboard@acme-shop-prod.iam.gserviceaccount.com"
    name   = "projects/acme-shop-prod/serviceAccounts/shopflow-prod-dashboard@acme-shop-prod.iam.gserviceaccount.com"
  }
}
override_resource {
  target = google_service_account.this["deployer"]
  values = {
    email  = "shopflow-prod-deployer@acme-shop-prod.iam.gserviceaccount.com"
    member = "serviceAccount:shopflow-prod-deployer@acme-shop-prod.iam.gserviceaccount.com"
    name   = "projects/acme-shop-prod/serviceAccounts/shopflow-prod-deployer@acme-shop-prod.iam.gserviceaccount.com"
  }
}
override_resource {
  target = google_service_account.this["runner"]
  values = {
    email  = "shopflow-prod-runner@acme-shop-prod.iam.gserviceaccount.com"
    member = "serviceAccount:shopflow-prod-runner@acme-shop-prod.iam.gserviceaccount.com"
    name   = "projects/acme-shop-prod/serviceAccounts/shopflow-prod-runner@acme-shop-prod.iam.gserviceaccount.com"
  }
}
override_resource {
  target = google_service_account.this["watcher"]
  values = {
    email  = "shopflow-prod-watcher@acme-shop-prod.iam.gserviceaccount.com"
    member = "serviceAccount:shopflow-prod-watcher@acme-shop-prod.iam.gserviceaccount.com"
    name   = "projects/acme-shop-prod/serviceAccounts/shopflow-prod-watcher@acme-shop-prod.iam.gserviceaccount.com"
  }
}
override_resource {
  target = google_service_account.this["worker"]
  values = {
    email  = "shopflow-prod-worker@acme-shop-prod.iam.gserviceaccount.com"
    member = "serviceAccount:shopflow-prod-worker@acme-shop-prod.iam.gserviceaccount.com"
    name   = "projects/acme-shop-prod/serviceAccounts/shopflow-prod-worker@acme-shop-prod.iam.gserviceaccount.com"
  }
}
mock_resource "google_logging_project_sink" {
  defaults = { writer_identity = "serviceAccount:service-123456789012@gcp-sa-logging.iam.gserviceaccount.com" }
}
mock_resource "google_iam_workload_identity_pool" {
  defaults = { name = "projects/123456789012/locations/global/workloadIdentityPools/shopflow-prod-github" }
}
