"""The deployments of prefect.yaml and their work pools: what `shopflow deploy` puts on a Prefect server."""
