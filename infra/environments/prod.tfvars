# The shop itself: what holds data refuses to be destroyed.
alert_emails       = ["data@example.com"]
budget             = { billing_account = "012345-6789AB-CDEF01", amount = 300 }
dashboard          = { readers = ["group:shop@example.com"], allowed = "example.com" }
environment        = "prod"
expect_data_hours  = 33
github             = { repository = "my-shop/shopflow", repository_id = "123456789" }
inbox_days         = 90
prefect_api_url    = "https://prefect.example.com/api"
project_id         = "my-shop-prod"
region             = "europe-west1"
reporting_timezone = "Europe/Berlin"
