# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_cohort_revenue {
  sql_table_name: @{marts}.fct_cohort_revenue ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.period_type is null then '-' else concat('=', cast(${TABLE}.period_type as string)) end, ',', case when ${TABLE}.cohort_start_date is null then '-' else concat('=', cast(${TABLE}.cohort_start_date as string)) end, ',', case when ${TABLE}.periods_since is null then '-' else concat('=', cast(${TABLE}.periods_since as string)) end, ',', case when ${TABLE}.currency is null then '-' else concat('=', cast(${TABLE}.currency as string)) end) ;;
  }

  dimension: period_type {
    type: string
    description: "`week` or `month`: the length of both cohort and period."
    sql: ${TABLE}.period_type ;;
  }

  dimension: periods_since {
    type: number
    description: "Weeks or months between the two; 0 for the period of the first visit. Below zero where somebody else, such as a clerk, paid back before the period in which the buyer was first seen."
    sql: ${TABLE}.periods_since ;;
  }

  dimension: currency {
    type: string
    description: "Currency of the amounts, ISO 4217; null where the source does not say."
    sql: ${TABLE}.currency ;;
  }

  dimension: gross_amount {
    type: number
    description: "Sum of quantity * unit_price of the purchases."
    sql: ${TABLE}.gross_amount ;;
  }

  dimension: discount_amount {
    type: number
    description: "Sum of the discounts on the purchases."
    sql: ${TABLE}.discount_amount ;;
  }

  dimension: refund_amount {
    type: number
    description: "Sum of what was paid back."
    sql: ${TABLE}.refund_amount ;;
  }

  dimension: net_amount {
    type: number
    description: "gross_amount - discount_amount - refund_amount."
    sql: ${TABLE}.net_amount ;;
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
    description: "First day of the week or month in which it was bought or paid back."
    sql: ${TABLE}.period_start_date ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
