output "dashboard_url" {
  description = "Address of the dashboard; null where there is none."
  value       = one([for service in google_cloud_run_v2_service.this : service.uri])
}

output "deployer" {
  description = "Identity that GitHub's workflows take."
  value       = google_service_account.this["deployer"].email
}

output "github_provider" {
  description = "What workflows name to get that identity; null where GitHub may not deploy."
  value       = one([for provider in google_iam_workload_identity_pool_provider.this : provider.name])
}

output "image" {
  description = "What to call the image, up to its tag."
  value       = trimsuffix(local.image, ":${var.image_tag}")
}

output "jobs" {
  description = "Jobs that are started by hand, by what they do."
  value       = { for name, job in google_cloud_run_v2_job.this : name => job.name }
}

output "secrets" {
  description = "Containers whose values are added by hand."
  value       = { for name, secret in google_secret_manager_secret.this : name => secret.secret_id }
}

output "settings" {
  description = "Settings of shopflow for a shell of your own: what runs have."
  value       = local.settings
}
