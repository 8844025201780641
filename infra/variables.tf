variable "alert_emails" {
  description = "Who gets a mail when a run fails, when no data comes, and when the budget is used up."
  type        = set(string)
  validation {
    condition     = alltrue([for email in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+$", email))])
    error_message = "alert_emails must be addresses such as data@example.com."
  }
}

variable "budget" {
  description = "Monthly budget in the currency of the billing account, and the shares of it at which mails are sent; null: none."
  type = object({
    billing_account = string
    amount          = number
    thresholds      = optional(list(number), [0.5, 0.9, 1.0])
  })
  default = null
  validation {
    condition     = var.budget == null ? true : can(regex("^[0-9A-F]{6}(-[0-9A-F]{6}){2}$", var.budget.billing_account))
    error_message = "budget.billing_account must be of the form 012345-6789AB-CDEF01."
  }
  validation {
    condition     = var.budget == null ? true : var.budget.amount >= 1 && floor(var.budget.amount) == var.budget.amount
    error_message = "budget.amount must be a whole number of at least 1."
  }
}

variable "dashboard" {
  description = "Who may open the dashboard: `readers` may reach it (members of IAM), `allowed` may sign in (SHOPFLOW_DASHBOARD_ALLOWED); null: no dashboard."
  type = object({
    readers = set(string)
    allowed = string
    ingress = optional(string, "INGRESS_TRAFFIC_ALL")
    cpu     = optional(string, "1")
    memory  = optional(string, "1Gi")
  })
  default = null
  validation {
    condition = var.dashboard == null ? true : alltrue([
      for reader in var.dashboard.readers : can(regex("^(user|group|domain|serviceAccount):[^\\s]+$", reader))
    ])
    error_message = "dashboard.readers must be members such as group:shop@example.com; allUsers and allAuthenticatedUsers are refused."
  }
  validation {
    condition     = var.dashboard == null ? true : var.dashboard.allowed != ""
    error_message = "dashboard.allowed must name who may sign in, such as example.com,ann@other.org."
  }
}

variable "data_location" {
  description = "Where buckets and datasets are, such as EU; null: in `region`. BigQuery loads only from buckets near its datasets, so both are here."
  type        = string
  default     = null
}

variable "demo" {
  description = "Whether the datasets of the deployment `demo` are there, too."
  type        = bool
  default     = false
}

variable "environment" {
  description = "Part of every name and label. Give each environment a project of its own: alerts look at the whole project."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,7}$", var.environment))
    error_message = "environment must be 2 to 8 small letters and digits, such as dev or prod."
  }
}

variable "expect_data_hours" {
  description = "Alert where nothing was loaded for longer than this many hours; 0: never."
  type        = number
  default     = 33
  validation {
    condition     = var.expect_data_hours == 0 || (var.expect_data_hours >= 1 && var.expect_data_hours <= 720)
    error_message = "expect_data_hours must be 0, or between 1 and 720."
  }
}

variable "github" {
  description = "The repository whose workflows may deploy, from one branch and one environment of GitHub (the approval gate), without keys; null: none."
  type = object({
    repository    = string
    repository_id = string
    branch        = optional(string, "main")
    environment   = optional(string, "production")
    may_apply     = optional(bool, false)
  })
  default = null
  validation {
    condition     = var.github == null ? true : can(regex("^[\\w.-]+/[\\w.-]+$", var.github.repository))
    error_message = "github.repository must be of the form owner/name."
  }
  validation {
    condition     = var.github == null ? true : can(regex("^[0-9]+$", var.github.repository_id))
    error_message = "github.repository_id must be the repository's number: who takes over its name must not take over its rights."
  }
}

variable "image_tag" {
  description = "Tag of the image that runs, in the registry made here; empty: nothing that needs an image is made yet."
  type        = string
  default     = ""
  validation {
    condition     = var.image_tag != "latest" && can(regex("^[A-Za-z0-9._-]{0,128}$", var.image_tag))
    error_message = "image_tag must name one image, not latest: what runs would change by itself."
  }
}

variable "inbox_days" {
  description = "Files in the inbox are deleted after so many days; 0: never."
  type        = number
  default     = 0
}

variable "inbox_writers" {
  description = "Members of IAM that may put files into the inbox; they can neither read nor change what is there."
  type        = set(string)
  default     = []
  validation {
    condition     = alltrue([for writer in var.inbox_writers : can(regex("^(user|group|serviceAccount):[^\\s]+$", writer))])
    error_message = "inbox_writers must be members such as serviceAccount:export@shop.iam.gserviceaccount.com."
  }
}

variable "kms_key" {
  description = "Customer-managed key for buckets, datasets, secrets, images and Cloud Run, in `region`; null: Google's keys."
  type        = string
  default     = null
  validation {
    condition     = var.kms_key == null ? true : can(regex("^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$", var.kms_key))
    error_message = "kms_key must be of the form projects/P/locations/L/keyRings/R/cryptoKeys/K."
  }
}

variable "lake_old_versions_days" {
  description = "Versions of lake files that were overwritten or deleted are kept for so many days."
  type        = number
  default     = 7
  validation {
    condition     = var.lake_old_versions_days >= 1 && var.lake_old_versions_days <= 365
    error_message = "lake_old_versions_days must be between 1 and 365."
  }
}

variable "lake_soft_delete_days" {
  description = "Deleted objects of the lake can be restored for so many days (0, or 7 to 90). With 0 a person who is forgotten is gone at once."
  type        = number
  default     = 7
  validation {
    condition     = var.lake_soft_delete_days == 0 || (var.lake_soft_delete_days >= 7 && var.lake_soft_delete_days <= 90)
    error_message = "lake_soft_delete_days must be 0, or between 7 and 90."
  }
}

variable "log_days" {
  description = "How long the logs of runs are kept in the dataset of their own."
  type        = number
  default     = 90
}

variable "looker" {
  description = "Looker that runs tell of new marts: its address, the client id of an API key, and a scheduled plan to run then (SHOPFLOW_LOOKER_URL and so on). The key's secret goes into Secret Manager. null: none."
  type = object({
    url       = string
    client_id = string
    plan      = optional(string, "")
    validates = optional(bool, true)
  })
  default = null
  validation {
    condition     = var.looker == null ? true : can(regex("^https://[^/\\s@]+/?$", var.looker.url))
    error_message = "looker.url must be of the form https://shop.cloud.looker.com, without a path and without a password."
  }
  validation {
    condition     = var.looker == null ? true : can(regex("^\\S+$", var.looker.client_id)) && can(regex("^[0-9]*$", var.looker.plan))
    error_message = "looker.client_id must not be empty, and looker.plan is the number of a scheduled plan, or empty."
  }
}

variable "max_gigabytes_per_query" {
  description = "No query may bill more than this many GB (10^9 bytes): SHOPFLOW_BIGQUERY_MAX_GIGABYTES."
  type        = number
  default     = 100
}

variable "name" {
  description = "First part of every name."
  type        = string
  default     = "shopflow"
  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.name))
    error_message = "name must be 2 to 10 small letters and digits."
  }
}

variable "partition_days" {
  description = "Partitions of a dataset's tables expire after so many days, by the dataset's name. Rows that go in this way stay in the ledger: see README.md before you set any."
  type        = map(number)
  default     = {}
  validation {
    condition     = length(setsubtract(keys(var.partition_days), ["intermediate", "marts", "raw", "removed", "staging"])) == 0
    error_message = "partition_days takes intermediate, marts, raw, removed and staging."
  }
}

variable "prefect_api_url" {
  description = "Address of the API of Prefect Cloud or of your own server, such as https://prefect.example.com/api."
  type        = string
  validation {
    condition     = can(regex("^https://[^\\s]+/api(/[^\\s]*)?$", var.prefect_api_url)) && !strcontains(var.prefect_api_url, "@")
    error_message = "prefect_api_url must begin with https:// and have /api in it, and no password."
  }
}

variable "project_id" {
  description = "Google Cloud project that holds everything."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be the id of a Google Cloud project."
  }
}

variable "protected" {
  description = "Whether what holds data, or runs, refuses to be destroyed."
  type        = bool
  default     = true
}

variable "region" {
  description = "Where runs run and images lie, such as europe-west3."
  type        = string
  default     = "europe-west1"
  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be one region, such as europe-west1."
  }
}

variable "reporting_timezone" {
  description = "The shop's time zone: SHOPFLOW_REPORTING_TIMEZONE, fixed at the first load."
  type        = string
  default     = "UTC"
}

variable "runs" {
  description = "CPU, memory and time limit of the jobs that are started by hand; those of scheduled runs are variables of the work pool."
  type = object({
    cpu     = optional(string, "2")
    memory  = optional(string, "4Gi")
    timeout = optional(string, "7200s")
  })
  default = {}
}

variable "settings" {
  description = "Further settings of shopflow, such as SHOPFLOW_ALERT_BLOCKS. In plain text: never a secret."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for name in keys(var.settings) : startswith(name, "SHOPFLOW_")])
    error_message = "settings takes variables that begin with SHOPFLOW_."
  }
}

variable "storage_billing_model" {
  description = "What BigQuery bills storage by: LOGICAL (bytes as they are read) or PHYSICAL (compressed, with time travel and fail-safe)."
  type        = string
  default     = "LOGICAL"
  validation {
    condition     = contains(["LOGICAL", "PHYSICAL"], var.storage_billing_model)
    error_message = "storage_billing_model must be LOGICAL or PHYSICAL."
  }
}

variable "time_travel_hours" {
  description = "How long rows that left a table can be brought back, and a person who was forgotten is still there."
  type        = number
  default     = 48
  validation {
    condition     = contains([48, 72, 96, 120, 144, 168], var.time_travel_hours)
    error_message = "time_travel_hours must be 48, 72, 96, 120, 144 or 168."
  }
}

variable "vpc" {
  description = "Subnetwork in `region` that everything on Cloud Run talks through; it needs Private Google Access, and a NAT for what is on the internet. null: Google's own network."
  type = object({
    network    = string
    subnetwork = string
  })
  default = null
  validation {
    condition     = var.vpc == null ? true : alltrue([for name in values(var.vpc) : can(regex("^[a-z]([a-z0-9-]*[a-z0-9])?$", name))])
    error_message = "vpc takes the names of a network and a subnetwork of this project."
  }
}

variable "watcher" {
  description = "Whether `shopflow watch` runs beside the worker. Without it a run that was killed holds the work pool's only slot for ever."
  type        = bool
  default     = true
}
