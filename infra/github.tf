# GitHub's workflows prove who they are by a token of their own run: there is no key to keep, to leak or to turn over.
locals {
  githubs = { for name, github in { github = var.github } : name => github if github != null }
  # What `terraform apply` needs. Who may set IAM may grant himself anything, so it is off unless it is asked for.
  apply_roles = toset(try(var.github.may_apply, false) ? [
    "roles/artifactregistry.admin",
    "roles/bigquery.admin",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.serviceAccountUser",
    "roles/iam.workloadIdentityPoolAdmin",
    "roles/logging.configWriter",
    "roles/monitoring.admin",
    "roles/resourcemanager.projectIamAdmin",
    "roles/run.admin",
    "roles/secretmanager.admin",
    "roles/serviceusage.serviceUsageAdmin",
    "roles/storage.admin",
  ] : [])
}

resource "google_iam_workload_identity_pool" "this" {
  for_each                  = local.githubs
  project                   = var.project_id
  workload_identity_pool_id = "${local.name}-${each.key}"
  display_name              = "GitHub Actions"
  depends_on                = [google_project_service.this]
}

resource "google_iam_workload_identity_pool_provider" "this" {
  for_each                           = local.githubs
  project                            = var.project_id
  workload_identity_pool_id          = google_iam_workload_identity_pool.this[each.key].workload_identity_pool_id
  workload_identity_pool_provider_id = each.key
  attribute_mapping = {
    "google.subject"          = "assertion.sub"
    "attribute.repository_id" = "assertion.repository_id"
  }
  attribute_condition = join(" && ", [
    "assertion.repository == '${each.value.repository}'",
    "assertion.repository_id == '${each.value.repository_id}'",
    "assertion.ref == 'refs/heads/${each.value.branch}'",
    "assertion.environment == '${each.value.environment}'",
  ])
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "github_is_deployer" {
  for_each           = local.githubs
  service_account_id = google_service_account.this["deployer"].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.this[each.key].name}/attribute.repository_id/${each.value.repository_id}"
}

resource "google_project_iam_member" "deployer_applies" {
  for_each = local.apply_roles
  project  = var.project_id
  role     = each.value
  member   = google_service_account.this["deployer"].member
}
