# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_active_visitors {
  sql_table_name: @{marts}.fct_active_visitors ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.event_date is null then '-' else concat('=', cast(${TABLE}.event_date as string)) end, ',', case when ${TABLE}.slice is null then '-' else concat('=', cast(${TABLE}.slice as string)) end, ',', case when ${TABLE}.slice_value is null then '-' else concat('=', cast(${TABLE}.slice_value as string)) end, ',', case when ${TABLE}.days_since_active is null then '-' else concat('=', cast(${TABLE}.days_since_active as string)) end) ;;
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

  dimension: days_since_active {
    type: number
    description: "Days from last_active_date to event_date, from 1 on; null where that is null."
    sql: ${TABLE}.days_since_active ;;
  }

  dimension: visitors {
    type: number
    description: "Visitors active on this day in this slice, each counted once in it."
    sql: ${TABLE}.visitors ;;
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

  dimension_group: last_active {
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
    description: "The visitors' last active day in the slice before this one; null where there was none, or none in the 90 days before (`all`: 366)."
    sql: ${TABLE}.last_active_date ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
