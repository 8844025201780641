# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_funnel {
  sql_table_name: @{marts}.fct_funnel ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.session_date is null then '-' else concat('=', cast(${TABLE}.session_date as string)) end, ',', case when ${TABLE}.channel is null then '-' else concat('=', cast(${TABLE}.channel as string)) end, ',', case when ${TABLE}.device_type is null then '-' else concat('=', cast(${TABLE}.device_type as string)) end, ',', case when ${TABLE}.country is null then '-' else concat('=', cast(${TABLE}.country as string)) end, ',', case when ${TABLE}.category is null then '-' else concat('=', cast(${TABLE}.category as string)) end, ',', case when ${TABLE}.is_total is null then '-' else concat('=', cast(${TABLE}.is_total as string)) end) ;;
  }

  dimension: channel {
    type: string
    description: "How the visitors came; fct_sessions lists the channels."
    sql: ${TABLE}.channel ;;
  }

  dimension: device_type {
    type: string
    description: "Kind of device; null where the source does not say."
    sql: ${TABLE}.device_type ;;
  }

  dimension: country {
    type: string
    description: "Country at the opening, ISO 3166-1 alpha-2; null where the source does not say."
    sql: ${TABLE}.country ;;
  }

  dimension: category {
    type: string
    description: "A first-level category, or `(none)`; null for the total."
    sql: ${TABLE}.category ;;
  }

  dimension: is_total {
    type: yesno
    description: "True where all products count together, and sessions without any."
    sql: ${TABLE}.is_total ;;
  }

  dimension: sessions {
    type: number
    description: "Sessions; of a category, those that touched any of its products."
    sql: ${TABLE}.sessions ;;
  }

  dimension: view_sessions {
    type: number
    description: "Those in which one of its products was seen."
    sql: ${TABLE}.view_sessions ;;
  }

  dimension: cart_sessions {
    type: number
    description: "Those of them in which one was also put into the cart."
    sql: ${TABLE}.cart_sessions ;;
  }

  dimension: checkout_sessions {
    type: number
    description: "Those of them that also went to the checkout (with whatever was in the cart), or bought one."
    sql: ${TABLE}.checkout_sessions ;;
  }

  dimension: purchase_sessions {
    type: number
    description: "Those of them in which one was also bought."
    sql: ${TABLE}.purchase_sessions ;;
  }

  dimension: ordered_cart_sessions {
    type: number
    description: "Sessions in which one of its products was put into the cart after one was seen. What happened at the same instant counts as in order, here and in the two after."
    sql: ${TABLE}.ordered_cart_sessions ;;
  }

  dimension: ordered_checkout_sessions {
    type: number
    description: "Those of them that after that went to the checkout (with whatever was in the cart), or bought one."
    sql: ${TABLE}.ordered_checkout_sessions ;;
  }

  dimension: ordered_purchase_sessions {
    type: number
    description: "Those of them in which after that one was bought."
    sql: ${TABLE}.ordered_purchase_sessions ;;
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
    description: "The shop's day on which the sessions began."
    sql: ${TABLE}.session_date ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
