# What is started by hand, or by a workflow. A scheduled run is a job, too, which the worker makes and removes.
locals {
  jobs = { for name, job in {
    deploy   = { identity = "worker", args = ["deploy", "--pool", "cloud-run", "--without-worker"], secrets = {} }
    doctor   = { identity = "runner", args = ["doctor"], secrets = {} }
    pipeline = { identity = "runner", args = ["run"], secrets = var.looker == null ? {} : { LOOKERSDK_CLIENT_SECRET = "looker-client-secret" } }
  } : name => job if local.has_image }
}

resource "google_cloud_run_v2_job" "this" {
  for_each            = local.jobs
  project             = var.project_id
  name                = "${local.name}-${each.key}"
  location            = var.region
  deletion_protection = var.protected

  template {
    template {
      service_account = google_service_account.this[each.value.identity].email
      encryption_key  = var.kms_key
      max_retries     = 0 # Cloud Run knows nothing of a run's state: the next run carries on
      timeout         = var.runs.timeout
      containers {
        image = local.image
        args  = each.value.args
        resources {
          limits = { cpu = var.runs.cpu, memory = var.runs.memory }
        }
        dynamic "env" {
          for_each = merge(local.settings, { PREFECT_API_URL = var.prefect_api_url })
          content {
            name  = env.key
            value = env.value
          }
        }
        dynamic "env" {
          for_each = merge(each.value.secrets, { PREFECT_API_KEY = "prefect-api-key" })
          content {
            name = env.key
            value_source {
              secret_key_ref {
                secret  = google_secret_manager_secret.this[env.value].secret_id
                version = "latest"
              }
            }
          }
        }
      }
      dynamic "vpc_access" {
        for_each = local.vpcs
        content {
          egress = "ALL_TRAFFIC"
          network_interfaces {
            network    = vpc_access.value.network
            subnetwork = vpc_access.value.subnetwork
          }
        }
      }
    }
  }
  depends_on = [google_kms_crypto_key_iam_member.agent, google_secret_manager_secret_iam_member.reader]
}

resource "google_cloud_run_v2_job_iam_member" "deployer" {
  for_each = { for name, job in google_cloud_run_v2_job.this : name => job if name == "deploy" }
  project  = var.project_id
  name     = each.value.name
  location = each.value.location
  role     = "roles/run.invoker"
  member   = google_service_account.this["deployer"].member
}
