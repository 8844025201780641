# What is off unless it is asked for: keys of your own, a network of your own. Lists of none or one, for dynamic blocks.
locals {
  kms_keys = var.kms_key == null ? [] : [var.kms_key]
  vpcs     = var.vpc == null ? [] : [var.vpc]
  # Google's own identities, which encrypt and decrypt in the name of each service.
  agents = var.kms_key == null ? {} : {
    artifacts = "service-${data.google_project.this.number}@gcp-sa-artifactregistry.iam.gserviceaccount.com"
    bigquery  = data.google_bigquery_default_service_account.this[0].email
    run       = "service-${data.google_project.this.number}@serverless-robot-prod.iam.gserviceaccount.com"
    secrets   = "service-${data.google_project.this.number}@gcp-sa-secretmanager.iam.gserviceaccount.com"
    storage   = data.google_storage_project_service_account.this[0].email_address
  }
}

data "google_bigquery_default_service_account" "this" {
  count   = length(local.kms_keys)
  project = var.project_id
}

data "google_storage_project_service_account" "this" {
  count   = length(local.kms_keys)
  project = var.project_id
}

resource "google_kms_crypto_key_iam_member" "agent" {
  for_each      = local.agents
  crypto_key_id = var.kms_key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${each.value}"
}
