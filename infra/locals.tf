locals {
  name     = "${var.name}-${var.environment}"
  location = coalesce(var.data_location, var.region)
  labels   = { app = var.name, environment = var.environment, managed-by = "terraform" }

  # What is made only once there is an image to run, and a Prefect server to ask.
  has_image = var.image_tag != ""
  image     = "${var.region}-docker.pkg.dev/${var.project_id}/${local.name}/shopflow:${var.image_tag}"

  # The settings of every run, of the watcher and of the dashboard, by the names of `shopflow settings`.
  settings = merge({
    SHOPFLOW_TARGET                    = "bigquery"
    SHOPFLOW_BIGQUERY_DATASET_PREFIX   = local.dataset_prefix
    SHOPFLOW_BIGQUERY_LABELS           = "env=${var.environment}"
    SHOPFLOW_BIGQUERY_LOCATION         = local.location
    SHOPFLOW_BIGQUERY_MAX_GIGABYTES    = tostring(var.max_gigabytes_per_query)
    SHOPFLOW_BIGQUERY_PROJECT          = var.project_id
    SHOPFLOW_CLOUD_RUN_API_KEY_SECRET  = google_secret_manager_secret.this["prefect-api-key"].secret_id
    SHOPFLOW_CLOUD_RUN_IMAGE           = local.image
    SHOPFLOW_CLOUD_RUN_REGION          = var.region
    SHOPFLOW_CLOUD_RUN_SERVICE_ACCOUNT = google_service_account.this["runner"].email
    SHOPFLOW_CLOUD_RUN_SUBNETWORK      = var.vpc == null ? "" : "${var.vpc.network}/${var.vpc.subnetwork}"
    SHOPFLOW_EXPECT_DATA_HOURS         = tostring(var.expect_data_hours)
    SHOPFLOW_INBOX                     = "gs://${google_storage_bucket.this["inbox"].name}/files"
    SHOPFLOW_LAKE                      = "gs://${google_storage_bucket.this["lake"].name}/shopflow"
    SHOPFLOW_REPORTING_TIMEZONE        = var.reporting_timezone
    }, var.looker == null ? {} : {
    SHOPFLOW_CLOUD_RUN_LOOKER_SECRET = google_secret_manager_secret.this["looker-client-secret"].secret_id
    SHOPFLOW_LOOKER_CLIENT_ID        = var.looker.client_id
    SHOPFLOW_LOOKER_PLAN             = var.looker.plan
    SHOPFLOW_LOOKER_URL              = var.looker.url
    SHOPFLOW_LOOKER_VALIDATES        = tostring(var.looker.validates)
  }, var.settings)
}
