# By hand. A test holds that every field exists.
- dashboard: shop
  title: The shop
  layout: newspaper
  preferred_viewer: dashboards-next
  filters:
    - {name: Period, title: Period, type: date_filter, default_value: 28 days}
    - {name: Currency, title: Currency, type: field_filter, model: shopflow, explore: fct_revenue,
       field: fct_revenue.currency, default_value: "EUR"}
  elements:
    - name: net_revenue
      title: Net revenue
      model: shopflow
      explore: fct_revenue
      type: looker_line
      fields: [fct_revenue.event_date, fct_revenue.net_revenue]
      sorts: [fct_revenue.event_date]
      listen: {Period: fct_revenue.event_date, Currency: fct_revenue.currency}
      row: 0
      col: 0
      width: 16
      height: 7
    - name: orders
      title: Orders
      model: shopflow
      explore: fct_orders
      type: single_value
      fields: [fct_orders.orders]
      listen: {Period: fct_orders.order_date}
      row: 0
      col: 16
      width: 8
      height: 3
    - name: average_order
      title: Average order
      model: shopflow
      explore: fct_orders
      type: single_value
      fields: [fct_orders.average_order]
      listen: {Period: fct_orders.order_date, Currency: fct_orders.currency}
      row: 3
      col: 16
      width: 8
      height: 4
    - name: conversion
      title: Conversion by device
      model: shopflow
      explore: fct_session_lengths
      type: looker_column
      fields: [fct_session_lengths.device_type, fct_session_lengths.conversion_rate, fct_session_lengths.sessions]
      sorts: [fct_session_lengths.sessions desc]
      hidden_fields: [fct_session_lengths.sessions]
      listen: {Period: fct_session_lengths.session_date}
      row: 7
      col: 0
      width: 12
      height: 7
    - name: best_products
      title: Best products
      model: shopflow
      explore: fct_revenue
      type: looker_bar
      fields: [dim_products.product_name, fct_revenue.net_revenue]
      sorts: [fct_revenue.net_revenue desc]
      limit: 10
      listen: {Period: fct_revenue.event_date, Currency: fct_revenue.currency}
      row: 7
      col: 12
      width: 12
      height: 7
