# What is switched on and off by variables, by plans alone.
mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  alert_emails    = ["data@example.com"]
  environment     = "dev"
  image_tag       = "v1"
  prefect_api_url = "https://prefect.example.com/api"
  project_id      = "acme-shop-dev"
}

run "nothing_runs_before_there_is_an_image" {
  command = plan
  variables {
    image_tag = ""
    dashboard = { readers = ["group:shop@example.com"], allowed = "example.com" }
  }
  assert {
    condition     = length(google_cloud_run_v2_worker_pool.this) + length(google_cloud_run_v2_job.this) + length(google_cloud_run_v2_service.this) == 0
    error_message = "Cloud Run refuses what names an image that is not there"
  }
}

run "what_is_off_unless_it_is_asked_for" {
  command = plan
  assert {
    condition     = length(google_cloud_run_v2_service.this) + length(google_billing_budget.monthly) + length(google_iam_workload_identity_pool.this) + length(google_kms_crypto_key_iam_member.agent) == 0
    error_message = "dashboard, budget, GitHub and keys are there without having been asked for"
  }
  assert {
    condition     = length(google_bigquery_dataset.this) == 7
    error_message = "the datasets are those of docs/bigquery.md, and the demo's only where it is asked for"
  }
  assert {
    condition     = alltrue([for dataset in google_bigquery_dataset.this : dataset.default_partition_expiration_ms == null])
    error_message = "rows expire that nobody said should"
  }
  assert {
    condition     = google_bigquery_dataset.this["lake"].default_table_expiration_ms == 604800000
    error_message = "batches on their way into raw stay for a week"
  }
}

run "looker_is_told_only_where_it_is_named" {
  command = plan
  assert {
    condition     = !contains(keys(google_secret_manager_secret.this), "looker-client-secret") && !contains(keys(local.settings), "SHOPFLOW_LOOKER_URL")
    error_message = "runs would look for a Looker that nobody named"
  }
}

run "looker_by_a_block_of_prefects_still_can_be_named_in_settings" {
  command = plan
  variables {
    looker   = { url = "https://acme.cloud.looker.com", client_id = "shopflow", validates = false }
    settings = { SHOPFLOW_LOOKER_SECRET_BLOCK = "looker-key" }
  }
  assert {
    condition     = local.settings.SHOPFLOW_LOOKER_SECRET_BLOCK == "looker-key" && local.settings.SHOPFLOW_LOOKER_VALIDATES == "false"
    error_message = "what is set for Looker does not reach runs"
  }
}

run "a_place_to_try_things_can_be_destroyed" {
  command = plan
  variables {
    protected      = false
    demo           = true
    watcher        = false
    partition_days = { raw = 400 }
  }
  assert {
    condition     = google_storage_bucket.this["lake"].force_destroy && google_bigquery_dataset.this["raw"].delete_contents_on_destroy
    error_message = "what is not protected can be destroyed"
  }
  assert {
    condition     = length(google_bigquery_dataset.this) == 14
    error_message = "the demo has datasets of its own"
  }
  assert {
    condition     = keys(google_cloud_run_v2_worker_pool.this) == ["worker"]
    error_message = "the watcher can be left out"
  }
  assert {
    condition     = google_bigquery_dataset.this["raw"].default_partition_expiration_ms == 34560000000 && google_bigquery_dataset.this["demo_raw"].default_partition_expiration_ms == 34560000000
    error_message = "partitions expire after the days that were asked for"
  }
}

run "keys_of_your_own_are_everywhere" {
  command = plan
  variables {
    dashboard = { readers = ["group:shop@example.com"], allowed = "example.com" }
    kms_key   = "projects/acme-keys/locations/europe-west1/keyRings/shop/cryptoKeys/data"
  }
  assert {
    condition = toset(flatten([
      [for bucket in google_storage_bucket.this : bucket.encryption[0].default_kms_key_name],
      [for dataset in google_bigquery_dataset.this : dataset.default_encryption_configuration[0].kms_key_name],
      google_bigquery_dataset.logs.default_encryption_configuration[0].kms_key_name,
      google_artifact_registry_repository.images.kms_key_name,
      [for secret in google_secret_manager_secret.this : secret.replication[0].user_managed[0].replicas[0].customer_managed_encryption[0].kms_key_name],
      [for pool in google_cloud_run_v2_worker_pool.this : pool.template[0].encryption_key],
      [for job in google_cloud_run_v2_job.this : job.template[0].template[0].encryption_key],
      [for service in google_cloud_run_v2_service.this : service.template[0].encryption_key],
    ])) == toset([var.kms_key])
    error_message = "something is not encrypted with the key"
  }
  assert {
    condition     = length(google_kms_crypto_key_iam_member.agent) == 5
    error_message = "a service cannot use the key"
  }
}

run "a_network_of_your_own_is_everywhere" {
  command = plan
  variables {
    dashboard = { readers = ["group:shop@example.com"], allowed = "example.com" }
    vpc       = { network = "shop", subnetwork = "runs" }
  }
  assert {
    condition = toset(flatten([
      [for pool in google_cloud_run_v2_worker_pool.this : pool.template[0].vpc_access[0].network_interfaces[0].subnetwork],
      [for job in google_cloud_run_v2_job.this : job.template[0].template[0].vpc_access[0].network_interfaces[0].subnetwork],
      [for service in google_cloud_run_v2_service.this : service.template[0].vpc_access[0].network_interfaces[0].subnetwork],
    ])) == toset(["runs"])
    error_message = "something talks past the network"
  }
  assert {
    condition     = local.settings.SHOPFLOW_CLOUD_RUN_SUBNETWORK == "shop/runs"
    error_message = "scheduled runs, which the worker makes, talk past the network"
  }
}

run "money_and_mails" {
  command = plan
  variables {
    budget            = { billing_account = "012345-6789AB-CDEF01", amount = 300 }
    expect_data_hours = 27
  }
  assert {
    condition     = sort([for rule in google_billing_budget.monthly["budget"].threshold_rules : "${rule.spend_basis} ${rule.threshold_percent}"]) == tolist(["CURRENT_SPEND 0.5", "CURRENT_SPEND 0.9", "CURRENT_SPEND 1", "FORECASTED_SPEND 1"])
    error_message = "thresholds of the budget"
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.no_data["no_data"].conditions[0].condition_prometheus_query_language[0].query, "[27h]")
    error_message = "stale data is told after the hours that were asked for"
  }
}

run "no_data_is_told_only_where_some_is_expected" {
  command = plan
  variables {
    expect_data_hours = 0
  }
  assert {
    condition     = length(google_monitoring_alert_policy.no_data) == 0
    error_message = "expect_data_hours = 0 is never"
  }
}

run "workflows_that_may_apply" {
  command = plan
  variables {
    github = { repository = "acme/shop", repository_id = "42", may_apply = true }
  }
  assert {
    condition     = !contains([for right in google_project_iam_member.deployer_applies : right.role], "roles/owner")
    error_message = "no basic role is granted"
  }
}
