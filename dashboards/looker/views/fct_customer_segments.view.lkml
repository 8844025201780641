# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_customer_segments {
  sql_table_name: @{marts}.fct_customer_segments ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.event_date is null then '-' else concat('=', cast(${TABLE}.event_date as string)) end, ',', case when ${TABLE}.previous_segment is null then '-' else concat('=', cast(${TABLE}.previous_segment as string)) end, ',', case when ${TABLE}.segment is null then '-' else concat('=', cast(${TABLE}.segment as string)) end) ;;
  }

  dimension: previous_segment {
    type: string
    description: "The segment at the end of the day before; null for those who had no order yet."
    sql: ${TABLE}.previous_segment ;;
  }

  dimension: segment {
    type: string
    description: "The segment at the end of the day."
    sql: ${TABLE}.segment ;;
  }

  dimension: customers {
    type: number
    description: "How many customers."
    sql: ${TABLE}.customers ;;
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

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
