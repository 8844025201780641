# Mistakes that are told before anything is asked of Google.
mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  alert_emails    = ["data@example.com"]
  environment     = "dev"
  prefect_api_url = "https://prefect.example.com/api"
  project_id      = "acme-shop-dev"
}

run "names_and_addresses" {
  command = plan
  variables {
    alert_emails    = ["nobody"]
    environment     = "Production"
    image_tag       = "latest"
    kms_key         = "my-key"
    prefect_api_url = "http://10.0.0.1:4200/api"
    project_id      = "Shop"
    region          = "EU"
  }
  expect_failures = [
    var.alert_emails, var.environment, var.image_tag, var.kms_key, var.prefect_api_url, var.project_id, var.region,
  ]
}

run "everybody_is_no_reader" {
  command = plan
  variables {
    dashboard     = { readers = ["allUsers"], allowed = "example.com" }
    inbox_writers = ["allAuthenticatedUsers"]
  }
  expect_failures = [var.dashboard, var.inbox_writers]
}

run "a_dashboard_without_a_sign_in" {
  command = plan
  variables {
    dashboard = { readers = ["group:shop@example.com"], allowed = "" }
  }
  expect_failures = [var.dashboard]
}

run "numbers_and_kinds" {
  command = plan
  variables {
    budget                 = { billing_account = "mine", amount = 0.5 }
    expect_data_hours      = -1
    github                 = { repository = "acme", repository_id = "shop" }
    lake_old_versions_days = 0
    lake_soft_delete_days  = 3
    looker                 = { url = "https://shop:pass@acme.cloud.looker.com", client_id = "", plan = "weekly" }
    partition_days         = { ops = 30 }
    settings               = { PREFECT_API_KEY = "pnu_secret" }
    storage_billing_model  = "CHEAP"
    time_travel_hours      = 1
    vpc                    = { network = "projects/acme/global/networks/shop", subnetwork = "runs" }
  }
  expect_failures = [
    var.budget, var.expect_data_hours, var.github, var.lake_old_versions_days, var.lake_soft_delete_days,
    var.looker, var.partition_days, var.settings, var.storage_billing_model, var.time_travel_hours, var.vpc,
  ]
}
