# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_visitor_funnel {
  sql_table_name: @{marts}.fct_visitor_funnel ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.session_date is null then '-' else concat('=', cast(${TABLE}.session_date as string)) end, ',', case when ${TABLE}.slice is null then '-' else concat('=', cast(${TABLE}.slice as string)) end, ',', case when ${TABLE}.slice_value is null then '-' else concat('=', cast(${TABLE}.slice_value as string)) end, ',', case when ${TABLE}.since_date is null then '-' else concat('=', cast(${TABLE}.since_date as string)) end) ;;
  }

  dimension: slice {
    type: string
    description: "What the visitors are divided by: `all` (by nothing), `device`, `channel` or `country` of their sessions."
    sql: ${TABLE}.slice ;;
  }

  dimension: slice_value {
    type: string
    description: "The device_type, channel or country, as in fct_sessions; null for `all`, and where it is not known."
    sql: ${TABLE}.slice_value ;;
  }

  dimension: view_visitors {
    type: number
    description: "Visitors who saw a product: those with this date now, less those who have left it."
    sql: ${TABLE}.view_visitors ;;
  }

  dimension: cart_visitors {
    type: number
    description: "The same of those who also put something into the cart."
    sql: ${TABLE}.cart_visitors ;;
  }

  dimension: checkout_visitors {
    type: number
    description: "The same of those who also went to the checkout, or bought something."
    sql: ${TABLE}.checkout_visitors ;;
  }

  dimension: purchase_visitors {
    type: number
    description: "The same of those who also bought something."
    sql: ${TABLE}.purchase_visitors ;;
  }

  dimension: ordered_cart_visitors {
    type: number
    description: "The same of those who saw a product and after that put something into the cart. What happened at the same instant of one session counts as in order, here and in the two after."
    sql: ${TABLE}.ordered_cart_visitors ;;
  }

  dimension: ordered_checkout_visitors {
    type: number
    description: "The same of those who after that went to the checkout, or bought something."
    sql: ${TABLE}.ordered_checkout_visitors ;;
  }

  dimension: ordered_purchase_visitors {
    type: number
    description: "The same of those who after that bought something."
    sql: ${TABLE}.ordered_purchase_visitors ;;
  }

  dimension_group: session {
    type: time
    timeframes: [
      raw,
      date,
      week,
      month,
      quarter,
      year,
    ]
    datatype: date
    convert_tz: no
    description: "The shop's day on which sessions began that changed how far visitors went."
    sql: ${TABLE}.session_date ;;
  }

  dimension_group: since {
    type: time
    timeframes: [
      raw,
      date,
      week,
      month,
      quarter,
      year,
    ]
    datatype: date
    convert_tz: no
    description: "The last day that a period can begin on and still hold all that the step requires, up to the end of session_date; never more than 89 days before it."
    sql: ${TABLE}.since_date ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
