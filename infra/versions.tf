terraform {
  required_version = ">= 1.9"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 9.0"
    }
  }
  backend "gcs" {} # bucket and prefix are given to `terraform init`: README.md
}

provider "google" {
  project               = var.project_id
  region                = var.region
  user_project_override = true # the budget's API bills its calls to this project
  billing_project       = var.project_id
  default_labels        = local.labels
}

data "google_project" "this" {
  project_id = var.project_id
}
