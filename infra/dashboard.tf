# Two doors: IAM decides who reaches it at all, the sign-in who sees the numbers. Neither is open to everybody.
locals {
  dashboards = { for name, dashboard in { dashboard = var.dashboard } : name => dashboard if dashboard != null && local.has_image }
}

resource "google_cloud_run_v2_service" "this" {
  for_each             = local.dashboards
  project              = var.project_id
  name                 = "${local.name}-${each.key}"
  location             = var.region
  ingress              = each.value.ingress
  invoker_iam_disabled = false
  deletion_protection  = var.protected

  template {
    service_account  = google_service_account.this["dashboard"].email
    encryption_key   = var.kms_key
    session_affinity = true    # a page is a websocket, and its state is in the process
    timeout          = "3600s" # the most that Cloud Run grants; then the page connects anew
    scaling {
      min_instance_count = 0
      max_instance_count = 2
    }
    containers {
      image = local.image
      args  = ["dashboard"]
      ports {
        container_port = 8501
      }
      resources {
        limits = { cpu = each.value.cpu, memory = each.value.memory }
      }
      dynamic "env" {
        for_each = merge(local.settings, {
          HOME                       = "/home/shopflow"
          SHOPFLOW_DASHBOARD_ADDRESS = "0.0.0.0"
          SHOPFLOW_DASHBOARD_ALLOWED = each.value.allowed
        })
        content {
          name  = env.key
          value = env.value
        }
      }
      startup_probe {
        failure_threshold = 12
        period_seconds    = 5
        http_get {
          path = "/_stcore/health"
          port = 8501
        }
      }
      volume_mounts {
        name       = "sign-in"
        mount_path = "/home/shopflow/.streamlit"
      }
    }
    volumes {
      name = "sign-in"
      secret {
        secret = google_secret_manager_secret.this["dashboard-sign-in"].secret_id
        items {
          path    = "secrets.toml"
          version = "latest"
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

resource "google_cloud_run_v2_service_iam_member" "reader" {
  for_each = toset(length(local.dashboards) == 0 ? [] : var.dashboard.readers)
  project  = var.project_id
  name     = google_cloud_run_v2_service.this["dashboard"].name
  location = var.region
  role     = "roles/run.invoker"
  member   = each.value
}
