# What must hold of every plan, whatever else changes: nothing public, nobody may more than he has to, no secret in plain.
mock_provider "google" {
  source = "./tests/mocks"
}

variables {
  alert_emails    = ["data@example.com"]
  dashboard       = { readers = ["group:shop@example.com"], allowed = "example.com" }
  environment     = "prod"
  github          = { repository = "acme/shop", repository_id = "42" }
  image_tag       = "v1"
  looker          = { url = "https://acme.cloud.looker.com", client_id = "shopflow", plan = "12" }
  prefect_api_url = "https://prefect.example.com/api"
  project_id      = "acme-shop-prod"
}

run "everything" {
  command = apply

  # Buckets and datasets
  assert {
    condition = alltrue([
      for bucket in google_storage_bucket.this :
      bucket.uniform_bucket_level_access && bucket.public_access_prevention == "enforced"
    ])
    error_message = "a bucket could be made public"
  }
  assert {
    condition     = alltrue([for bucket in google_storage_bucket.this : bucket.versioning[0].enabled && !bucket.force_destroy])
    error_message = "a bucket of production loses what is overwritten, or can be destroyed with its files"
  }
  assert {
    condition = alltrue([
      for bucket in google_storage_bucket.this :
      anytrue([for rule in bucket.lifecycle_rule : anytrue([for when in rule.condition : when.days_since_noncurrent_time == 7])])
    ])
    error_message = "older versions of objects would be kept for ever, those of forgotten persons among them"
  }
  assert {
    condition     = alltrue([for dataset in google_bigquery_dataset.this : !dataset.delete_contents_on_destroy])
    error_message = "a dataset of production can be destroyed with its tables"
  }

  # Rights: all of them, by who has them. A right that is granted anew has to be written here, too.
  assert {
    condition = toset([for right in google_project_iam_member.this : "${split("@", right.member)[0]} ${right.role}"]) == toset([
      "serviceAccount:shopflow-prod-dashboard roles/bigquery.jobUser",
      "serviceAccount:shopflow-prod-runner roles/bigquery.jobUser",
      "serviceAccount:shopflow-prod-watcher roles/bigquery.jobUser",
      "serviceAccount:shopflow-prod-worker roles/run.developer",
    ])
    error_message = "somebody has other rights on the whole project than those that he needs"
  }
  assert {
    condition     = length(google_project_iam_member.deployer_applies) == 0
    error_message = "workflows may change the infrastructure without having been told so"
  }
  assert {
    condition = toset([for right in google_bigquery_dataset_iam_member.reader : "${split("@", right.member)[0]} ${right.dataset_id} ${right.role}"]) == toset([
      "serviceAccount:shopflow-prod-dashboard shopflow_prod_marts roles/bigquery.dataViewer",
      "serviceAccount:shopflow-prod-dashboard shopflow_prod_ops roles/bigquery.dataViewer",
      "serviceAccount:shopflow-prod-watcher shopflow_prod_marts roles/bigquery.dataViewer",
      "serviceAccount:shopflow-prod-watcher shopflow_prod_ops roles/bigquery.dataViewer",
    ])
    error_message = "a reader may more than read marts and ledger"
  }
  assert {
    condition = alltrue([
      for right in google_bigquery_dataset_iam_member.runner :
      right.role == "roles/bigquery.dataEditor" && startswith(right.member, "serviceAccount:shopflow-prod-runner@")
    ])
    error_message = "somebody else than the runner writes in datasets, or it may more than write"
  }
  assert {
    condition = toset([for right in google_storage_bucket_iam_member.this : "${split("@", right.member)[0]} ${right.bucket} ${right.role}"]) == toset([
      "serviceAccount:shopflow-prod-runner acme-shop-prod-shopflow-prod-inbox roles/storage.objectViewer",
      "serviceAccount:shopflow-prod-runner acme-shop-prod-shopflow-prod-lake roles/storage.legacyBucketReader",
      "serviceAccount:shopflow-prod-runner acme-shop-prod-shopflow-prod-lake roles/storage.objectUser",
      "serviceAccount:shopflow-prod-watcher acme-shop-prod-shopflow-prod-inbox roles/storage.objectViewer",
    ])
    error_message = "somebody has other rights on a bucket than those that he needs"
  }
  assert {
    condition     = startswith(google_service_account_iam_member.worker_is_runner.member, "serviceAccount:shopflow-prod-worker@")
    error_message = "somebody else than the worker may be the runner"
  }
  assert {
    condition     = strcontains(google_service_account_iam_member.worker_is_runner.service_account_id, "shopflow-prod-runner@")
    error_message = "the worker may be somebody else than the runner"
  }
  assert {
    condition = toset([for right in google_secret_manager_secret_iam_member.reader : "${split("@", right.member)[0]} ${right.secret_id}"]) == toset([
      "serviceAccount:shopflow-prod-dashboard shopflow-prod-dashboard-sign-in",
      "serviceAccount:shopflow-prod-runner shopflow-prod-looker-client-secret",
      "serviceAccount:shopflow-prod-runner shopflow-prod-prefect-api-key",
      "serviceAccount:shopflow-prod-watcher shopflow-prod-prefect-api-key",
      "serviceAccount:shopflow-prod-worker shopflow-prod-prefect-api-key",
    ])
    error_message = "somebody reads a secret that is not his"
  }

  # Cloud Run
  assert {
    condition     = toset([for right in google_cloud_run_v2_service_iam_member.reader : right.member]) == toset(["group:shop@example.com"])
    error_message = "others than the dashboard's readers reach it"
  }
  assert {
    condition     = alltrue([for service in google_cloud_run_v2_service.this : !service.invoker_iam_disabled])
    error_message = "the dashboard does not ask who calls"
  }
  assert {
    condition = alltrue(flatten([
      [for pool in google_cloud_run_v2_worker_pool.this : pool.deletion_protection],
      [for job in google_cloud_run_v2_job.this : job.deletion_protection],
      [for service in google_cloud_run_v2_service.this : service.deletion_protection],
    ]))
    error_message = "something that runs in production can be destroyed"
  }
  assert {
    condition = alltrue(flatten([
      [for pool in google_cloud_run_v2_worker_pool.this : [
        for each in pool.template[0].containers[0].env : each.value_source[0].secret_key_ref[0].secret == "shopflow-prod-prefect-api-key"
        if each.name == "PREFECT_API_KEY"
      ]],
      [for job in google_cloud_run_v2_job.this : [
        for each in job.template[0].template[0].containers[0].env : each.value_source[0].secret_key_ref[0].secret == "shopflow-prod-prefect-api-key"
        if each.name == "PREFECT_API_KEY"
      ]],
    ]))
    error_message = "the API key does not come from Secret Manager"
  }
  assert {
    condition = flatten([
      for name, job in google_cloud_run_v2_job.this : [
        for each in job.template[0].template[0].containers[0].env : "${name} ${each.value_source[0].secret_key_ref[0].secret}"
        if each.name == "LOOKERSDK_CLIENT_SECRET"
      ]
    ]) == ["pipeline shopflow-prod-looker-client-secret"]
    error_message = "Looker's secret does not come from Secret Manager, or reaches others than runs"
  }

  # GitHub
  assert {
    condition = google_iam_workload_identity_pool_provider.this["github"].attribute_condition == join(" && ", [
      "assertion.repository == 'acme/shop'",
      "assertion.repository_id == '42'",
      "assertion.ref == 'refs/heads/main'",
      "assertion.environment == 'production'",
    ])
    error_message = "other workflows than those of this repository's main branch, past its gate, may deploy"
  }
  assert {
    condition     = endswith(google_service_account_iam_member.github_is_deployer["github"].member, "/attribute.repository_id/42")
    error_message = "other repositories may be the deployer"
  }

  # Logs
  assert {
    condition     = google_bigquery_dataset_iam_member.sink.dataset_id == "shopflow_prod_logs"
    error_message = "the log router may write elsewhere than among the logs"
  }
}
