# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_session_lengths {
  sql_table_name: @{marts}.fct_session_lengths ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.session_date is null then '-' else concat('=', cast(${TABLE}.session_date as string)) end, ',', case when ${TABLE}.channel is null then '-' else concat('=', cast(${TABLE}.channel as string)) end, ',', case when ${TABLE}.device_type is null then '-' else concat('=', cast(${TABLE}.device_type as string)) end, ',', case when ${TABLE}.country is null then '-' else concat('=', cast(${TABLE}.country as string)) end, ',', case when ${TABLE}.at_least_seconds is null then '-' else concat('=', cast(${TABLE}.at_least_seconds as string)) end, ',', case when ${TABLE}.at_least_events is null then '-' else concat('=', cast(${TABLE}.at_least_events as string)) end) ;;
  }

  dimension: channel {
    type: string
    description: "How the visitors came; fct_sessions lists the channels."
    sql: ${TABLE}.channel ;;
  }

  dimension: device_type {
    type: string
    description: "Kind of device at the opening; null where the source does not say."
    sql: ${TABLE}.device_type ;;
  }

  dimension: country {
    type: string
    description: "Country at the opening, ISO 3166-1 alpha-2; null where the source does not say."
    sql: ${TABLE}.country ;;
  }

  dimension: at_least_seconds {
    type: number
    description: "The sessions lasted so many whole seconds or more, from the first event to the last: 0, 1, 10, 30, 60, 180, 600, 1800 or 3600."
    sql: ${TABLE}.at_least_seconds ;;
  }

  dimension: below_seconds {
    type: number
    description: "And fewer than these: the next of the bounds, null after the last."
    sql: ${TABLE}.below_seconds ;;
  }

  dimension: at_least_events {
    type: number
    description: "The sessions have so many events or more: 1, 2, 3, 5, 10, 20 or 50."
    sql: ${TABLE}.at_least_events ;;
  }

  dimension: below_events {
    type: number
    description: "And fewer than these: the next of the bounds, null after the last."
    sql: ${TABLE}.below_events ;;
  }

  dimension: sessions_of_row {
    hidden: yes
    type: number
    description: "Sessions."
    sql: ${TABLE}.sessions ;;
  }

  dimension: converted_sessions {
    type: number
    description: "Sessions among them with a purchase."
    sql: ${TABLE}.converted_sessions ;;
  }

  dimension: bounces {
    type: number
    description: "Sessions among them of one single event."
    sql: ${TABLE}.bounces ;;
  }

  dimension: session_seconds {
    type: number
    description: "Seconds that they lasted, all together."
    sql: ${TABLE}.session_seconds ;;
  }

  dimension: events {
    type: number
    description: "Events in them, all together."
    sql: ${TABLE}.events ;;
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

  measure: conversion_rate {
    type: number
    sql: 1.0 * ${total_converted_sessions} / nullif(${total_sessions}, 0) ;;
    label: "Conversion"
    description: "Sessions with a purchase, of all sessions."
    value_format_name: percent_1
  }

  measure: sessions {
    type: sum
    sql: ${sessions_of_row} ;;
    label: "Sessions"
    description: "Visits without a pause of more than 30 minutes that began in the period."
    value_format_name: decimal_0
  }

  measure: session_length {
    type: number
    sql: 1.0 * ${total_session_seconds} / nullif(${total_sessions}, 0) ;;
    label: "Session length"
    description: "From a session's first event to its last: the average on a tile, the range that holds the median below the chart. A session of one event lasts 0 seconds."
    value_format_name: decimal_0
  }

  measure: session_depth {
    type: number
    sql: 1.0 * ${total_events} / nullif(${total_sessions}, 0) ;;
    label: "Events per session"
    description: "Events of a session; the average on a tile, the range that holds the median below the chart."
    value_format_name: decimal_1
  }

  measure: bounce_rate {
    type: number
    sql: 1.0 * ${total_bounces} / nullif(${total_sessions}, 0) ;;
    label: "Bounce rate"
    description: "Sessions of one single event, of all sessions."
    value_format_name: percent_1
  }

  measure: total_bounces {
    type: sum
    sql: ${bounces} ;;
    hidden: yes
  }

  measure: total_converted_sessions {
    type: sum
    sql: ${converted_sessions} ;;
    hidden: yes
  }

  measure: total_events {
    type: sum
    sql: ${events} ;;
    hidden: yes
  }

  measure: total_session_seconds {
    type: sum
    sql: ${session_seconds} ;;
    hidden: yes
  }

  measure: total_sessions {
    type: sum
    sql: ${sessions_of_row} ;;
    hidden: yes
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
