# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

connection: "@{connection}"
include: "/views/*.view.lkml"
include: "/refinements/*.lkml"
include: "/dashboards/*.dashboard.lookml"

datagroup: after_build {
  max_cache_age: "24 hours"
}

persist_with: after_build

explore: dim_date {
  description: "One row is one day of the calendar, from the first of January of the first event's year to the end of the last event's year, without a gap. Join it on any `_date` of a fact."
}

explore: dim_products {
  description: "One row is one product as it is now: its latest version by updated_at, whatever came last. A product seen in events of which no version came has an inferred row, so that every fact finds its product."
}

explore: dim_users {
  description: "One row is one user during one stretch of time in which nothing that we keep of the user changed (type 2 history). It is worked out from the versions by their updated_at alone, so versions that come late, twice or in another order give the same history. A user seen in events of whom no version came has one inferred row from the first event on. Name, e-mail and street are not here. To find what was true at an instant, join on user_id and valid_from <= instant and (valid_to is null or instant < valid_to)."
}

explore: fct_active_visitors {
  description: "One row is how many visitors were active on one day in one slice of the shop, by how long ago they were active in that slice before. Of each visitor only the first active day of a period has no active day before it within the period, so the distinct visitors of the days from A to B are an exact sum: `visitors` where `event_date between A and B` and `(last_active_date is null or last_active_date < A)`. That holds for periods of up to 90 days; in the slice `all`, of up to 366. A visitor is active in a slice on every day on which a session of that slice had an event. Slices of one day overlap: somebody who came by two channels is a visitor of both, and one of the shop."
}

explore: fct_cohort_retention {
  description: "One row is the visitors first seen in one week (or month) as they were in one week (or month) from then on, rows of zeros included. Weeks and months stand in one table: always filter by period_type. The week is there because a month of data has one monthly cohort and no curve. Money is in fct_cohort_revenue, as it has a currency and people do not."
}

explore: fct_cohort_revenue {
  description: "One row is the money, in one currency, that visitors first seen in one week (or month) brought in one week (or month); periods without any have no row. Always filter by period_type. A refund counts in the period in which it was paid back, for the visitor who placed its order. Over all rows of one period_type the amounts are those of fct_revenue. The number of people is in fct_cohort_retention, joined by the first four columns."
}

explore: fct_conversions {
  description: "One row is one session in which something was bought: what, how soon, and what led up to it. A session has one currency here, that of its first purchase; what it bought in another one is left out of the amounts and flagged, and stands in fct_orders. Refunds are left out: they come later, and stand in fct_orders and fct_revenue."
}

explore: fct_customer_segments {
  description: "One row is how many customers (visitors with an order) were in one segment at the end of a day, by the segment that they were in at the end of the day before. On one day the rows of a `segment` add up to its customers at the day's end, those of a `previous_segment` to its customers at the day's beginning; over several days the rows in which the two differ add up to the moves between them. Customers at the beginning, with those who came and without those who went, are the ones at the end. Segments follow from the days since the last order, the number of orders and the value so far, by fixed limits: `new` one order, 30 days ago at most; `once` one order, 31 to 90 days ago; `regular` several, the last 90 days ago at most; `best` the same with a value of 500 or more; `slipping` the last order 91 to 180 days ago; `at_risk` the same with a value of 500 or more; `lost` longer ago."
}

explore: fct_customer_values {
  description: "One row is how many customers had brought a value within one range in one currency by the end of a day, and how much together: lifetime value realised so far. A value is what somebody bought, less discounts, less the refunds of these orders, each on its own day. Who bought in two currencies is a customer in each. On one day the rows of a currency add up to all its customers and all that they brought; refunds whose order is not known are nobody's."
}

explore: fct_daily_engagement {
  description: "One row is one day of the shop, from the first with an event to the last, days without any included: who was active, how far visitors went on that day, and how their sessions were. Visitors are distinct, so only the columns of sessions and events can be added up over days, and those of new visitors: from the first day on, their sums are the visitors of all days together."
}

explore: fct_funnel {
  description: "One row is how far the sessions of one day, channel, device and country went, for everything together (`is_total`) or for the products of one first-level category. A session has one part in the total and one in each category of which it touched a product, so categories overlap: they never add up to the total, and must not be added up with it. A product counts in the category that it has now, `(none)` where that is not known."
}

explore: fct_hourly_sessions {
  description: "One row is the sessions that began in one hour of one day, by one channel, on one kind of device and from one country. Hours are those of the shop's clock (`SHOPFLOW_REPORTING_TIMEZONE`), so where clocks change one hour of a day is missing or counts double. An hour without a session has no row."
}

explore: fct_orders {
  description: "One row is one order in one currency: an order in two currencies, or with a refund that does not say its currency, has a row for each, because such amounts can't be added up. Count orders with count(distinct order_key). All refunds of an order count here, whenever they came, under the channel and device that placed the order; refunds whose order is not known are only in fct_revenue."
}

explore: fct_price_changes {
  description: "One row is one change of a product's list price: a version that tells another price, or another currency, than the one before it. A product's first version is no change. What was paid is in fct_orders and fct_revenue; the price of today is in dim_products."

  join: dim_products {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_price_changes.product_id} = ${dim_products.product_id} ;;
  }
}

explore: fct_product_days {
  description: "One row is how far the sessions of one day went with one product: fct_funnel for a single product, without the checkout, which is of a whole cart. Sessions overlap: one that touched three products is in three rows. Money and units, and what was bought without being seen in the same session, are in fct_revenue."
}

explore: fct_revenue {
  description: "One row is what was bought and paid back of one product on one day, in one currency, by channel, device and country. A refund counts on its own day, under the channel, device and country of the order that it pays back; where that order is not known, of its own session. What an order brought in the end stands in fct_orders. Join dim_products for name and category: they are left out here, so that a product that moves to another category changes no day. Never add up amounts of different currencies; null is a currency that the source does not say. Orders can't be counted here, as an order has several products: see fct_orders."

  join: dim_products {
    type: left_outer
    relationship: many_to_one
    sql_on: ${fct_revenue.product_id} = ${dim_products.product_id} ;;
  }
}

explore: fct_session_lengths {
  description: "One row is the sessions of one day, channel, device and country that were about as long, in seconds and in events. Each session is in one row, so that sessions, conversion, bounce rate and average length of any choice of days, channels, devices and countries are sums of these rows, and so are the distributions."
}

explore: fct_sessions {
  description: "One row is one session: events of one visitor without a pause of more than 30 minutes (int_visitor_half_hours has the whole rule). A session counts on the day on which it began."
}

explore: fct_visitor_funnel {
  description: "One row is how much one day changed how many visitors went how far, each counted once, in one slice of the shop, for periods of up to 90 days that begin on `since_date` or before: of the days from A to B, the visitors who took a step are the exact sum of its column where `session_date between A and B and since_date >= A`. So a single row says little, and may be below nothing. A step counts the visitors who took it and all steps before it in sessions that began in the period, in one or in several: in whatever order, or, in the columns that begin with `ordered_`, one after the other. Slices overlap: a visitor who came by two channels is in both, in each as far as with the sessions of that channel."
}
