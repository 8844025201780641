"""The deployments of prefect.yaml and their work pools: what `shopflow deploy` puts on a Prefect server."""

TAG = "shopflow"  # every deployment of ours has it, and so its runs
