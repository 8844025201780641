# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_cohort_retention {
  sql_table_name: @{marts}.fct_cohort_retention ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.period_type is null then '-' else concat('=', cast(${TABLE}.period_type as string)) end, ',', case when ${TABLE}.cohort_start_date is null then '-' else concat('=', cast(${TABLE}.cohort_start_date as string)) end, ',', case when ${TABLE}.periods_since is null then '-' else concat('=', cast(${TABLE}.periods_since as string)) end) ;;
  }

  dimension: period_type {
    type: string
    description: "`week` or `month`: the length of both cohort and period."
    sql: ${TABLE}.period_type ;;
  }

  dimension: periods_since {
    type: number
    description: "Weeks or months between the two; 0 for the period of the first visit."
    sql: ${TABLE}.periods_since ;;
  }

  dimension: cohort_visitors {
    type: number
    description: "Visitors in the cohort: the same in all of its rows."
    sql: ${TABLE}.cohort_visitors ;;
  }

  dimension: active_visitors {
    type: number
    description: "Those of them with an event in the period."
    sql: ${TABLE}.active_visitors ;;
  }

  dimension: ordering_visitors {
    type: number
    description: "Those of them who placed an order in it."
    sql: ${TABLE}.ordering_visitors ;;
  }

  dimension: orders {
    type: number
    description: "Orders that they placed in it."
    sql: ${TABLE}.orders ;;
  }

  dimension_group: cohort_start {
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
    description: "First day of the week or month in which the visitors were first seen."
    sql: ${TABLE}.cohort_start_date ;;
  }

  dimension_group: period_start {
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
    description: "First day of the week or month that is looked at."
    sql: ${TABLE}.period_start_date ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
