# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_hourly_sessions {
  sql_table_name: @{marts}.fct_hourly_sessions ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.session_date is null then '-' else concat('=', cast(${TABLE}.session_date as string)) end, ',', case when ${TABLE}.hour_of_day is null then '-' else concat('=', cast(${TABLE}.hour_of_day as string)) end, ',', case when ${TABLE}.channel is null then '-' else concat('=', cast(${TABLE}.channel as string)) end, ',', case when ${TABLE}.device_type is null then '-' else concat('=', cast(${TABLE}.device_type as string)) end, ',', case when ${TABLE}.country is null then '-' else concat('=', cast(${TABLE}.country as string)) end) ;;
  }

  dimension: hour_of_day {
    type: number
    description: "Hour of the shop's clock in which they began, 0 to 23."
    sql: ${TABLE}.hour_of_day ;;
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

  dimension: sessions {
    type: number
    description: "Sessions that began."
    sql: ${TABLE}.sessions ;;
  }

  dimension: converted_sessions {
    type: number
    description: "Sessions among them with a purchase."
    sql: ${TABLE}.converted_sessions ;;
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
