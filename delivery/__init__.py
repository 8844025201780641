"""Checks of what delivers shopflow: workflows, image, compose file; secrets, vulnerabilities, releases."""
