# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_daily_engagement {
  sql_table_name: @{marts}.fct_daily_engagement ;;

  dimension: dau {
    type: number
    description: "Visitors active on this day."
    sql: ${TABLE}.dau ;;
  }

  dimension: wau {
    type: number
    description: "Visitors active in the 7 days that end on this day."
    sql: ${TABLE}.wau ;;
  }

  dimension: mau {
    type: number
    description: "Visitors active in the 30 days that end on this day."
    sql: ${TABLE}.mau ;;
  }

  dimension: new_visitors_of_row {
    hidden: yes
    type: number
    description: "Visitors seen for the first time on this day."
    sql: ${TABLE}.new_visitors ;;
  }

  dimension: stickiness_share {
    type: number
    description: "dau / mau: how much of a month's visitors come on a day."
    sql: ${TABLE}.stickiness_share ;;
  }

  dimension: view_visitors {
    type: number
    description: "Visitors who saw a product on this day."
    sql: ${TABLE}.view_visitors ;;
  }

  dimension: cart_visitors {
    type: number
    description: "Those of them who also put something into the cart."
    sql: ${TABLE}.cart_visitors ;;
  }

  dimension: checkout_visitors {
    type: number
    description: "Those of them who also went to the checkout, or bought."
    sql: ${TABLE}.checkout_visitors ;;
  }

  dimension: purchase_visitors {
    type: number
    description: "Those of them who also bought."
    sql: ${TABLE}.purchase_visitors ;;
  }

  dimension: new_view_visitors {
    type: number
    description: "Visitors who got as far as seeing a product for the first time in a session of this day."
    sql: ${TABLE}.new_view_visitors ;;
  }

  dimension: new_cart_visitors {
    type: number
    description: "Visitors who got as far as the cart for the first time in a session of this day."
    sql: ${TABLE}.new_cart_visitors ;;
  }

  dimension: new_checkout_visitors {
    type: number
    description: "Visitors who got as far as the checkout for the first time in a session of this day."
    sql: ${TABLE}.new_checkout_visitors ;;
  }

  dimension: new_purchase_visitors {
    type: number
    description: "Visitors who got as far as a purchase for the first time in a session of this day."
    sql: ${TABLE}.new_purchase_visitors ;;
  }

  dimension: events {
    type: number
    description: "Events of this day."
    sql: ${TABLE}.events ;;
  }

  dimension: sessions {
    type: number
    description: "Sessions that began on this day."
    sql: ${TABLE}.sessions ;;
  }

  dimension: bounces {
    type: number
    description: "Sessions among them of one single event."
    sql: ${TABLE}.bounces ;;
  }

  dimension: converted_sessions {
    type: number
    description: "Sessions among them with a purchase."
    sql: ${TABLE}.converted_sessions ;;
  }

  dimension: session_seconds {
    type: number
    description: "Seconds that these sessions lasted, first to last event, all together."
    sql: ${TABLE}.session_seconds ;;
  }

  dimension: average_session_seconds {
    type: number
    description: "session_seconds / sessions; null on a day without a session."
    sql: ${TABLE}.average_session_seconds ;;
  }

  dimension: bounce_rate {
    type: number
    description: "bounces / sessions; null on a day without a session."
    sql: ${TABLE}.bounce_rate ;;
  }

  dimension: conversion_rate {
    type: number
    description: "converted_sessions / sessions; null on a day without a session."
    sql: ${TABLE}.conversion_rate ;;
  }

  dimension_group: event {
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
    description: "The shop's day."
    sql: ${TABLE}.event_date ;;
  }

  measure: new_visitors {
    type: sum
    sql: ${new_visitors_of_row} ;;
    label: "New users"
    description: "Users who were active in the period for the first time since the data begins."
    value_format_name: decimal_0
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
