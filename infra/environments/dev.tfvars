# To try things: everything can be destroyed, nothing waits for ever.
alert_emails            = ["data@example.com"]
demo                    = true
environment             = "dev"
expect_data_hours       = 0
inbox_days              = 14
lake_old_versions_days  = 1
lake_soft_delete_days   = 0
log_days                = 14
max_gigabytes_per_query = 10
prefect_api_url         = "https://prefect.example.com/api"
project_id              = "my-shop-dev"
protected               = false
region                  = "europe-west1"
reporting_timezone      = "Europe/Berlin"
