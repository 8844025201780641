# What never ends: the worker, which starts a job for each run, and the watcher, which sees the runs that died.
locals {
  daemons = { for name, daemon in {
    watcher = { command = ["shopflow"], args = ["watch"], settings = local.settings, is_on = var.watcher }
    worker = {
      command  = ["prefect"]
      args     = ["worker", "start", "--pool", "shopflow-cloud-run", "--type", "cloud-run-v2", "--install-policy", "never"]
      settings = {} # a run's settings are those of its deployment
      is_on    = true
    }
  } : name => daemon if local.has_image && daemon.is_on }
}

resource "google_cloud_run_v2_worker_pool" "this" {
  for_each            = local.daemons
  project             = var.project_id
  name                = "${local.name}-${each.key}"
  location            = var.region
  deletion_protection = var.protected

  scaling {
    manual_instance_count = 1
  }
  template {
    service_account = google_service_account.this[each.key].email
    encryption_key  = var.kms_key
    containers {
      image   = local.image
      command = each.value.command
      args    = each.value.args
      resources {
        limits = { cpu = "1", memory = "1Gi" }
      }
      dynamic "env" {
        for_each = merge(each.value.settings, { PREFECT_API_URL = var.prefect_api_url })
        content {
          name  = env.key
          value = env.value
        }
      }
      env {
        name = "PREFECT_API_KEY"
        value_source {
          secret_key_ref {
            secret  = google_secret_manager_secret.this["prefect-api-key"].secret_id
            version = "latest"
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
  depends_on = [google_kms_crypto_key_iam_member.agent, google_secret_manager_secret_iam_member.reader]
}
