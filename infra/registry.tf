resource "google_artifact_registry_repository" "images" {
  project       = var.project_id
  repository_id = local.name
  location      = var.region
  format        = "DOCKER"
  description   = "The image of worker, runs and dashboard"
  kms_key_name  = var.kms_key

  docker_config {
    immutable_tags = true # a tag that was rolled out stays what it was
  }
  cleanup_policies {
    id     = "keep-the-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 10
    }
  }
  cleanup_policies {
    id     = "delete-the-old"
    action = "DELETE"
    condition {
      older_than = "2592000s" # 30 days
    }
  }
  depends_on = [google_kms_crypto_key_iam_member.agent, google_project_service.this]
}

# Who makes a job has to be allowed to read its image; Cloud Run's own agent then pulls it.
resource "google_artifact_registry_repository_iam_member" "this" {
  for_each = {
    deployer = "roles/artifactregistry.writer"
    worker   = "roles/artifactregistry.reader"
  }
  project    = var.project_id
  repository = google_artifact_registry_repository.images.name
  location   = google_artifact_registry_repository.images.location
  role       = each.value
  member     = google_service_account.this[each.key].member
}
