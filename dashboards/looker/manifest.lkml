# By hand: where the marts lie. Both may be set anew by a project that imports this one.
project_name: "shopflow"

constant: connection {
  value: "shopflow"
  export: override_optional
}

# The dataset, such as `my-project.prod_marts`: SHOPFLOW_BIGQUERY_DATASET_PREFIX stands before its name.
constant: marts {
  value: "marts"
  export: override_optional
}
