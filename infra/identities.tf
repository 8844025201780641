locals {
  identities = {
    dashboard = "Reads the marts, and nothing else"
    deployer  = "GitHub's workflows: pushes images, starts the job that deploys"
    runner    = "Runs: reads the inbox, writes lake and datasets"
    watcher   = "Looks after runs and the age of the data; writes nothing"
    worker    = "Asks Prefect for runs, and starts a job of the runner for each"
  }
  # Rights on the whole project, which are few: all others are granted on the one resource that they are for.
  project_roles = {
    "dashboard asks" = { identity = "dashboard", role = "roles/bigquery.jobUser" }
    "runner asks"    = { identity = "runner", role = "roles/bigquery.jobUser" }
    "watcher asks"   = { identity = "watcher", role = "roles/bigquery.jobUser" }
    "worker starts"  = { identity = "worker", role = "roles/run.developer" }
  }
}

resource "google_service_account" "this" {
  for_each     = local.identities
  project      = var.project_id
  account_id   = "${local.name}-${each.key}"
  display_name = "${local.name} ${each.key}"
  description  = each.value
  depends_on   = [google_project_service.this]
}

resource "google_project_iam_member" "this" {
  for_each = local.project_roles
  project  = var.project_id
  role     = each.value.role
  member   = google_service_account.this[each.value.identity].member
}

# The jobs that the worker makes are the runner's. It may be nobody else.
resource "google_service_account_iam_member" "worker_is_runner" {
  service_account_id = google_service_account.this["runner"].name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.this["worker"].member
}
