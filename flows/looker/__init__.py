"""Looker: LookML out of the dbt project and the metrics, and what Looker is told after a build.

`generate.py` writes `dashboards/looker`; `refresh.py` talks to Looker's API and is the only importer of its library.
"""
