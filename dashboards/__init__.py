"""The dashboards: what the shop's people look at. One screen per file in `views`, all SQL in `queries`."""
